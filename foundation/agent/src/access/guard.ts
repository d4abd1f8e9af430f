import { timingSafeEqual } from 'node:crypto';
import { type Guard, permissions } from '@etis/contracts/access';
import type { Actor } from '@etis/contracts/context';
import { operatorTokenHash } from './operator-credential.ts';

const anonymous: Actor = Object.freeze({ kind: 'anonymous', id: 'anonymous' });
const operator: Actor = Object.freeze({ kind: 'operator', id: 'operator' });

// A credential has 58 characters with its scheme; what is far longer is not worth a look.
const maxHeaderLength = 128;
const bearer = /^bearer +([^ ]+)$/i;

/**
 * A guard that knows one credential, the operator's: `Authorization: Bearer etis_op_…`. The operator may do everything that is a permission,
 * anyone else nothing. The hash is asked for at each request, so a new credential counts at once; null means that there is none.
 */
export function createGuard({ operatorTokenHash: currentHash }: { operatorTokenHash: () => Buffer | null }): Guard {
  const known: ReadonlySet<string> = new Set(permissions);
  return {
    authenticate(authorization) {
      if (authorization === undefined || authorization.length > maxHeaderLength) return anonymous;
      const token = bearer.exec(authorization)?.[1];
      const offered = token === undefined ? null : operatorTokenHash(token);
      const expected = currentHash();
      if (offered === null || expected === null || expected.length !== offered.length) return anonymous;
      return timingSafeEqual(offered, expected) ? operator : anonymous;
    },
    allows: (actor, permission) => actor.kind === 'operator' && known.has(permission),
  };
}
