import type { Effect, Evidence, RecordedEvent } from './evidence.ts';
import type { Outside } from './outside.ts';
import type { Accepted } from './traffic.ts';
import type { SoakTenant, SoakWorld } from './world.ts';

/** What a soak found: numbers for people, and what must not be. */
export interface Verdict {
  readonly counts: Readonly<Record<string, number>>;
  /** Empty where every promise was kept. */
  readonly violations: readonly string[];
}

interface Case {
  readonly world: SoakWorld;
  readonly accepted: readonly Accepted[];
  readonly outside: Pick<Outside, 'mails' | 'messages'>;
  readonly evidence: Evidence;
}

/** Holds what senders were told, what the outside got and what the databases hold against each other; the installation must be at rest. */
export async function judge({ world, accepted, outside, evidence }: Case): Promise<Verdict> {
  const violations: string[] = [];
  /** Says a violation once with how often and an example. */
  const blame = (what: string, cases: readonly string[]) => {
    if (cases.length > 0) violations.push(`${what}: ${cases.length}, for example ${cases[0]}`);
  };

  const inbox = await evidence.inbox();
  const events = await evidence.events();
  const byDelivery = Map.groupBy(events, ({ delivery }) => delivery);
  const ids = new Set(accepted.map(({ id }) => id));
  blame(
    'accepted and not in the inbox',
    accepted.filter(({ id }) => !inbox.has(id)).map(({ delivery }) => delivery.names.join()),
  );
  blame('accepted under an id that another delivery has', ids.size === accepted.length ? [] : [`${accepted.length - ids.size}`]);
  blame(
    'in the inbox and never accepted',
    [...inbox.keys()].filter((id) => !ids.has(id)),
  );
  blame(
    'accepted and not one event for each part, with its tenant',
    accepted
      .filter(
        ({ id, delivery }) =>
          !sameItems(
            (byDelivery.get(id) ?? []).map(({ tenant }) => tenant),
            delivery.tenants,
          ),
      )
      .map(({ id }) => id),
  );
  blame('accepted out of the order of their sender', outOfOrder(accepted, inbox));
  const wrong = await evidence.wronglyAcknowledged();
  blame('entries of lanes not acknowledged exactly once', wrong === 0 ? [] : [`${wrong} entries`]);

  const found = await evidence.counts();
  blame('unmatched', found.unmatched === 0 ? [] : [`${found.unmatched}`]);
  blame('dead letters in lanes', found.deadEntries === 0 ? [] : [`${found.deadEntries}`]);

  const aside = await evidence.setAside();
  const expectedOf = expectations(accepted, byDelivery);
  let handled = 0;
  for (const tenant of world.tenants) {
    const expected = expectedOf(tenant);
    for (const [what, effects] of [
      ['documents', (await evidence.notifications(tenant)).filter(({ what: rule }) => rule === 'all')],
      ['mails', (await evidence.notifications(tenant)).filter(({ what: rule }) => rule === 'mail')],
      ['messages', await evidence.messagesIn(tenant)],
    ] as const) {
      handled += effects.length;
      blame(`${what} of ${tenant.id} not handled once each`, difference(effects, expected[what]));
      blame(`${what} of ${tenant.id} handled out of order`, disordered({ effects, events, aside, tenant }));
    }
  }

  const ledger = (await Promise.all(world.tenants.map((tenant) => evidence.ledger(tenant)))).flat();
  const inState = (channel: string, state: string) => ledger.filter((row) => row.channel === channel && row.state === state);
  const wanted = accepted.filter(({ delivery }) => delivery.expects === 'mail').flatMap(({ delivery }) => delivery.names);
  const repeated = (seen: ReadonlyMap<string, number>) =>
    [...seen].filter(([, times]) => times > 1).map(([key, times]) => `${key} ${times} times`);
  blame('mails sent twice', repeated(outside.mails));
  blame('WhatsApp messages sent twice', repeated(outside.messages));
  const lost =
    wanted.filter((name) => !outside.mails.has(name)).length - inState('email', 'unknown').length - inState('email', 'sending').length;
  blame('mails neither sent nor flagged', lost > 0 ? [`${lost}`] : []);
  blame(
    'known as sent by WhatsApp and never arrived',
    inState('whatsapp', 'sent')
      .map(({ job }) => job)
      .filter((job) => !outside.messages.has(job)),
  );

  return {
    violations,
    counts: {
      accepted: accepted.length,
      retriedBySender: accepted.filter(({ tries }) => tries > 1).length,
      events: events.length,
      handled,
      jobs: found.jobs,
      jobsDead: found.deadJobs,
      mails: outside.mails.size,
      mailsFlagged: inState('email', 'unknown').length + inState('email', 'sending').length,
      whatsappSent: outside.messages.size,
      whatsappFlagged: inState('whatsapp', 'unknown').length + inState('whatsapp', 'sending').length,
      setAside: aside.size,
    },
  };
}

/** By the sender's own order: what it sent after an answer stands after it in the inbox. */
function outOfOrder(accepted: readonly Accepted[], inbox: ReadonlyMap<string, bigint>): string[] {
  return [...Map.groupBy(accepted, ({ sender }) => sender).values()].flatMap((own) =>
    own.filter(({ id }, index) => index > 0 && (inbox.get(id) ?? 0n) <= (inbox.get(own[index - 1]?.id ?? '') ?? 0n)).map(({ id }) => id),
  );
}

/** The ids of the events whose effects a tenant must show, by what those effects are. */
function expectations(accepted: readonly Accepted[], byDelivery: ReadonlyMap<string, readonly RecordedEvent[]>) {
  return (tenant: SoakTenant) => {
    const expected = { documents: new Set<string>(), mails: new Set<string>(), messages: new Set<string>() };
    for (const { id, delivery } of accepted) {
      for (const event of (byDelivery.get(id) ?? []).filter((one) => one.tenant === tenant.id)) {
        if (event.type === 'document.version.added') expected.documents.add(event.id);
        if (delivery.expects === 'mail') expected.mails.add(event.id);
        if (event.type === 'whatsapp.message.received') expected.messages.add(event.id);
      }
    }
    return expected;
  };
}

function difference(effects: readonly Effect[], expected: ReadonlySet<string>): string[] {
  const seen = new Map<string, number>();
  for (const { event } of effects) seen.set(event, (seen.get(event) ?? 0) + 1);
  const missing = [...expected].filter((event) => !seen.has(event)).map((event) => `${event} missing`);
  const extra = [...seen].filter(([event, times]) => times > 1 || !expected.has(event)).map(([event, times]) => `${event} ${times} times`);
  return [...missing, ...extra];
}

function disordered(options: {
  effects: readonly Effect[];
  events: readonly RecordedEvent[];
  aside: ReadonlySet<string>;
  tenant: SoakTenant;
}): string[] {
  const { effects, events, aside, tenant } = options;
  const positions = new Map(events.map(({ id, position }) => [id, position]));
  const inOrder = effects.map(({ event }) => positions.get(event) ?? 0n).filter((position) => !aside.has(`${tenant.id} ${position}`));
  return inOrder.filter((position, index) => index > 0 && position <= (inOrder[index - 1] ?? 0n)).map(String);
}

function sameItems(one: readonly string[], other: readonly string[]): boolean {
  return one.toSorted().join() === other.toSorted().join();
}
