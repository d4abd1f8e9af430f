import type { ProductTx } from '@etis/runtime/sdk';
import { compileDefinition } from '../definition/read-definition.ts';
import type { Definition } from '../definition/task.ts';
import { errors } from '../errors.ts';
import { membersOf, parsed } from '../json.ts';

/** Compiled versions. A version never changes, so what was compiled once is right for as long as it is remembered. */
export interface Definitions {
  /** @throws CODE_WORKFLOW_UNKNOWN */
  of(version: { tenant: string; workflow: string; version: number }, tx: ProductTx): Promise<Definition>;
}

export function createDefinitions(remember = 500): Definitions {
  const known = new Map<string, Definition>();
  return {
    async of({ tenant, workflow, version }, tx) {
      const key = `${tenant}/${workflow}/${version}`;
      const found = known.get(key);
      if (found !== undefined) return found;
      const [row] = await tx.query<{ definition: string }>(
        'select definition from workflow_version where tenant_id = $1 and workflow_id = $2 and version = $3',
        [tenant, workflow, version],
      );
      if (row === undefined) throw errors.WORKFLOW_UNKNOWN(workflow);
      const compiled = compileDefinition(membersOf(parsed(row.definition)));
      if (known.size >= remember) known.delete(known.keys().next().value ?? '');
      known.set(key, compiled);
      return compiled;
    },
  };
}
