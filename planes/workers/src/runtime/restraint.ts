import type { Throttle } from '@etis/agent';
import type { Directives, DirectiveTarget, Verdict } from '@etis/contracts/directives';
import type { Jobs, LeasedJob } from '@etis/contracts/jobs';
import type { Clock } from '@etis/kernel';

/** One lease: of which kinds, how many at most, and whose are left where they are. */
type LeaseOrder = Pick<Parameters<Jobs['lease']>[0], 'kinds' | 'limit' | 'except'>;

/** What the directives in force leave of a worker's work. */
export interface JobRestraint {
  /** What to lease so that up to `free` jobs run; kinds that are stopped are in none of them. */
  orders(kinds: readonly string[], free: number): readonly LeaseOrder[];
  /** Whether a leased job may begin: null, or the milliseconds to give it back for. What may begin counts for the throttles. */
  begin(job: LeasedJob): number | null;
  /** Why a running job has to end; null where it may go on. */
  killed(job: LeasedJob): string | null;
}

/** How long a job is given back that a directive stopped between its lease and its beginning. */
const givenBackMs = 1_000;

/**
 * Kill, pause and drain lease nothing that they concern, and throttle bounds how many begin. A job is told apart by its tenant, its kind and the product
 * that it reports to.
 */
export function createJobRestraint(options: { directives: Directives; throttle: Throttle; clock: Clock }): JobRestraint {
  const { directives, throttle, clock } = options;
  /** Tenants whose throttle has nothing left, with until when. */
  const resting = new Map<string, number>();

  function exceptionsOf(kind: string): NonNullable<LeaseOrder['except']> {
    const inForce = directives.inForce();
    const now = clock.now();
    for (const [tenant, until] of resting) if (until <= now) resting.delete(tenant);
    const named = (member: 'tenant' | 'product') => [...new Set(inForce.flatMap(({ scope }) => scope[member] ?? []))];
    return {
      tenants: [...new Set([...named('tenant').filter((tenant) => stops(directives.verdict({ tenant, kind }))), ...resting.keys()])].sort(),
      products: named('product')
        .filter((product) => stops(directives.verdict({ product, kind })))
        .sort(),
    };
  }

  return {
    orders(kinds, free) {
      if (directives.inForce().length === 0) return [{ kinds, limit: free }];
      const orders = new Map<string, { kinds: string[]; limit: number; except: NonNullable<LeaseOrder['except']> }>();
      for (const kind of kinds) {
        if (stops(directives.verdict({ kind }))) continue;
        const limit = throttle.peek({ kind }, free).granted;
        if (limit === 0) continue;
        const except = exceptionsOf(kind);
        const key = JSON.stringify([limit, except]);
        const order = orders.get(key) ?? { kinds: [], limit, except };
        order.kinds.push(kind);
        orders.set(key, order);
      }
      return [...orders.values()];
    },
    begin(job) {
      const target = targetOf(job);
      if (stops(directives.verdict(target))) return givenBackMs;
      const { granted, waitMs } = throttle.take(target, 1);
      if (granted > 0) return null;
      if (throttle.peek({ kind: job.kind }, 1).granted > 0) resting.set(job.tenant, clock.now() + waitMs);
      return waitMs;
    },
    killed(job) {
      const verdict = directives.verdict(targetOf(job));
      return verdict?.verb === 'kill' ? verdict.reason : null;
    },
  };
}

function targetOf({ tenant, kind, reportTo }: LeasedJob): DirectiveTarget {
  return reportTo === undefined ? { tenant, kind } : { tenant, kind, product: reportTo };
}

function stops(verdict: Verdict | null): boolean {
  return verdict !== null && verdict.verb !== 'throttle';
}
