import type { Context } from '@etis/contracts/context';
import { silentLog } from '@etis/kernel';

/** Who orders in a bench. */
export const operator: Context = { actor: { kind: 'operator', id: 'bench' }, tenant: null, trace: '0'.repeat(32), log: silentLog };
