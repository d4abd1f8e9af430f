import type { ProductId, TenantId } from '@etis/contracts/tenancy';
import type { FilterSubject } from '@etis/kernel/event-filter';
import type { Draft } from './draft.ts';
import type { Interest, InterestFilter } from './subscription-index.ts';

/** Which products take one event, and why those that asked for its type do not. */
export interface Takers {
  readonly products: readonly ProductId[];
  /** For example `nudge filters it out (thing.* when event.data.size > 1000)`. */
  readonly refusals: readonly string[];
}

/** Whom an enriched event concerns. */
interface Concerned {
  readonly tenant: TenantId;
  readonly project: string | null;
  readonly region: string | null;
}

/** Asks the filters of those who are interested. The event's data is parsed when the first filter reads it, once for all of them. */
export function takersOf(interests: readonly Interest[], draft: Draft, concerned: Concerned): Takers {
  const products: ProductId[] = [];
  const refusals: string[] = [];
  let subject: FilterSubject | undefined;
  for (const { product, filter } of interests) {
    if (filter === null) {
      products.push(product);
      continue;
    }
    subject ??= subjectOf(draft, concerned);
    const answer = filter.takes(subject);
    if (answer.takes) products.push(product);
    else refusals.push(refusal(product, filter, answer.error));
  }
  return { products, refusals };
}

/** Conditions may be long, and a reason names every product that refused. */
const maxShown = 160;

function refusal(product: ProductId, { pattern, condition }: InterestFilter, error: string | null): string {
  const shown = condition.length > maxShown ? `${condition.slice(0, maxShown)}…` : condition;
  const said = error === null ? `${product} filters it out` : `the filter of ${product} has no answer: ${error}`;
  return `${said} (${pattern} when ${shown})`;
}

function subjectOf(draft: Draft, { tenant, project, region }: Concerned): FilterSubject {
  let data: unknown;
  let isRead = false;
  return {
    type: draft.type,
    source: draft.source,
    subject: draft.subject,
    tenant,
    project,
    region,
    time: draft.time,
    hop: BigInt(draft.hop),
    get data() {
      if (!isRead) data = JSON.parse(draft.data);
      isRead = true;
      return data;
    },
  };
}
