import type { ProductTx } from '@etis/runtime/sdk';
import { compileDefinition } from '../definition/read-definition.ts';
import type { Definition } from '../definition/task.ts';
import { errors } from '../errors.ts';
import { membersOf, parsed } from '../json.ts';

/** Compiled versions. A version never changes, so what was compiled once is right for as long as it is remembered. */
export interface Definitions {
  /** @throws CODE_WORKFLOW_UNKNOWN */
  of(version: { readonly tenant: string; readonly id: string }, tx: ProductTx): Promise<Definition>;
}

export function createDefinitions(remember = 500): Definitions {
  const known = new Map<string, Definition>();
  return {
    async of({ tenant, id }, tx) {
      const key = `${tenant}/${id}`;
      const found = known.get(key);
      if (found !== undefined) return found;
      const [row] = await tx.query<{ definition: string }>('select definition from workflow_version where tenant_id = $1 and id = $2', [
        tenant,
        id,
      ]);
      if (row === undefined) throw errors.WORKFLOW_UNKNOWN(id);
      const compiled = compileDefinition(membersOf(parsed(row.definition)));
      if (known.size >= remember) known.delete(known.keys().next().value ?? '');
      known.set(key, compiled);
      return compiled;
    },
  };
}
