import type { Balancer } from './balancer.ts';
import { nextDelivery, type SoakDelivery } from './senders.ts';
import type { SoakWorld } from './world.ts';

/** A delivery that got its 2xx. */
export interface Accepted {
  readonly delivery: SoakDelivery;
  /** The id that the platform gave it. */
  readonly id: string;
  /** Who sent it: a sender has one delivery under way at a time, so its own come in this order. */
  readonly sender: number;
  readonly tries: number;
}

/** Senders at work. */
export interface Traffic {
  readonly accepted: readonly Accepted[];
  /** What tries ended with that were not accepted; those who send try again, as webhooks do. */
  readonly failures: ReadonlyMap<string, number>;
  /** Lets each sender finish its delivery, which it tries until it is accepted. */
  finish(): Promise<void>;
}

/** How long a sender waits for an answer; those of the world give up after 5 to 7 seconds. */
const answerWithinMs = 6_000;
const retryMs = 50;

/** Starts `senders` that send `rate` deliveries a second together, as far as the answers come fast enough. */
export function startTraffic(options: {
  world: SoakWorld;
  balancer: Pick<Balancer, 'next'>;
  senders: number;
  rate: number;
  random: () => number;
  /** The number of the first delivery; what is sent to one world twice would not be told apart. Default 0. */
  first?: number;
}): Traffic {
  const { world, balancer, senders, rate, random } = options;
  const accepted: Accepted[] = [];
  const failures = new Map<string, number>();
  const spacingMs = (1_000 * senders) / rate;
  let made = options.first ?? 0;
  let ending = false;

  async function attempt(delivery: SoakDelivery): Promise<{ id: string } | { failure: string }> {
    const url = balancer.next();
    if (url === null) return { failure: 'no process was ready' };
    try {
      const answer = await fetch(`${url}/hooks/${delivery.connection}`, {
        method: 'POST',
        headers: delivery.headers(),
        body: delivery.body,
        signal: AbortSignal.timeout(answerWithinMs),
      });
      const text = await answer.text();
      if (answer.ok) return { id: (JSON.parse(text) as { id: string }).id };
      return { failure: `${answer.status} ${text.slice(0, 200)}` };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      return { failure: cause instanceof Error ? cause.message.replace(/:\d+$/, '') : String(cause) };
    }
  }

  async function send(sender: number): Promise<void> {
    const delivery = nextDelivery(world, made++, random);
    for (let tries = 1; ; tries += 1) {
      const outcome = await attempt(delivery);
      if ('id' in outcome) {
        accepted.push({ delivery, id: outcome.id, sender, tries });
        return;
      }
      failures.set(outcome.failure, (failures.get(outcome.failure) ?? 0) + 1);
      await pause(retryMs);
    }
  }

  async function run(sender: number): Promise<void> {
    let due = performance.now() + (spacingMs * sender) / senders;
    while (!ending) {
      await pause(due - performance.now());
      if (ending) return;
      await send(sender);
      // What was missed while nothing answered is not made up for.
      due = Math.max(due + spacingMs, performance.now());
    }
  }

  const running = Promise.all(Array.from({ length: senders }, (_, sender) => run(sender)));
  return {
    accepted,
    failures,
    async finish() {
      ending = true;
      await running;
    },
  };
}

function pause(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
