import { concernsSubscriber, type DirectiveOrder, type KnownTenants } from '@etis/agent';
import type { DirectiveDesk } from '@etis/contracts/command';
import type { Context } from '@etis/contracts/context';
import type { BreakGlassDirective, DirectiveReport, Receipt, RestrictingDirective, ResumeDirective } from '@etis/contracts/directives';
import type { GovernanceView } from '@etis/contracts/governance';
import type { SubscriberIdentity } from '@etis/contracts/link';
import type { Log } from '@etis/contracts/log';
import type { Signed } from '@etis/contracts/snapshot';
import { type Clock, isUuid, traceIdOf, traceparentFrom, uuidv7 } from '@etis/kernel';
import { audit, type PlatformDb, type PlatformTx, type SystemDb } from '@etis/postgres';
import { errors } from '../errors.ts';
import { type Backlog, blastRadius, type KnownSubscriber } from './blast-radius.ts';
import { checkedReason, checkedRequest, checkedScope } from './checked-request.ts';
import {
  catchUp,
  countInForce,
  type DirectiveRecord,
  keepDirective,
  keepReceipts,
  lastOrder,
  nextSequence,
  readDirectives,
  readInForce,
  readPage,
  readReceipts,
  readResumes,
  type SignedDirective,
  signedDirective,
} from './directive-rows.ts';
import { createReceiptIntake, type TakenReceipt } from './receipt-intake.ts';

export interface DirectiveDeskOptions {
  readonly db: PlatformDb & SystemDb;
  readonly installation: string;
  /** The epoch in which directives are ordered now. @throws COMMAND_RECOVERY_NEEDED while nothing may be signed */
  readonly epoch: () => Promise<number>;
  readonly signer: { sign(purpose: 'directive', value: unknown): Signed };
  /** Sends a directive at once to every connected subscriber that it concerns. */
  readonly broadcast: (signed: Signed, concerns: (identity: SubscriberIdentity, tenants: KnownTenants) => boolean) => void;
  /** Every subscriber that is enrolled. */
  readonly subscribers: () => Promise<readonly KnownSubscriber[]>;
  readonly view: () => GovernanceView;
  readonly backlog: Backlog;
  /** The directive of an operator's own key. @throws where its signature does not count */
  readonly openBreakGlass: (signed: Signed) => BreakGlassDirective;
  /** Called after what is in force, or a receipt of it, has changed. */
  readonly changed?: (what: 'directive' | 'receipt') => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** What stands: the directives in force by the platform's word, and the last one that was known when they were read. */
export interface StandingDirectives {
  readonly directives: readonly SignedDirective[];
  readonly through: DirectiveOrder;
  /** What was resumed since, whoever ordered it. */
  readonly resumes: readonly SignedDirective[];
}

/** Where operators order, and where nodes report back. */
export interface CommandDirectives extends DirectiveDesk {
  /** For manifests: what they name, and how far that settles. `after` is the place in the order from which on resumes are told, null for none. */
  standing(after: DirectiveOrder | null): Promise<StandingDirectives>;
  inForce(): Promise<readonly SignedDirective[]>;
  /** Takes a receipt whose signature was verified as the subscriber's own; false for one that says what its sender may not. */
  receive(receipt: Signed, subscriber: string): boolean;
  /** Takes directives that subscribers hold and a restored backup has lost; their signatures were verified. Resolves to how many were new. */
  merge(context: Context, signed: readonly Signed[]): Promise<number>;
  /** Resolves when every receipt that came is kept. */
  settled(): Promise<void>;
}

const mostInForce = 1_000;

export function createDirectiveDesk(options: DirectiveDeskOptions): CommandDirectives {
  const { db, installation, clock, log, view, subscribers, backlog } = options;
  const own = (): Context => ({
    actor: { kind: 'system', id: 'command' },
    tenant: null,
    trace: traceIdOf(traceparentFrom(undefined)),
    log,
  });

  const intake = createReceiptIntake({
    installation,
    openBreakGlass: options.openBreakGlass,
    log,
    async keep(batch) {
      const orders = batch.filter(({ breakGlass }) => breakGlass !== null);
      if (orders.length > 0) await db.platform(own(), 'keep orders of break-glass', (tx) => keepOrders(tx, orders));
      await keepReceipts(db, batch);
      options.changed?.('receipt');
    },
  });

  /** Before their receipts, which prove nothing about an order that is not kept. */
  async function keepOrders(tx: PlatformTx, batch: readonly TakenReceipt[]): Promise<void> {
    for (const { breakGlass, receipt } of batch) {
      if (breakGlass === null) continue;
      const { signed, directive } = breakGlass;
      const isApplied = receipt.outcome === 'applied';
      if (isApplied && !(await keepDirective(tx, { signed, digest: receipt.digest, directive }))) continue;
      const { verb, scope, by } = directive;
      const detail = { verb, scope, by, subscriber: receipt.subscriber, effectiveAt: receipt.effectiveAt, refused: receipt.reason };
      await audit.record(tx, own(), {
        action: isApplied ? 'directive.break-glass' : 'directive.break-glass-refused',
        target: `directive/${directive.id}`,
        reason: directive.reason,
        detail,
      });
    }
  }

  /** Numbers, signs and keeps one directive in the caller's transaction. `make` runs under the lock of the sequence: what it sees stays so. */
  async function issue(
    tx: PlatformTx,
    make: () => Promise<Ordered>,
    { epoch, context }: { epoch: number; context: Context },
  ): Promise<SignedDirective> {
    const sequence = await nextSequence(tx, epoch);
    const made = await make();
    const now = clock.now();
    const issued: IssuedMembers = {
      id: uuidv7(now),
      installation,
      epoch,
      sequence,
      by: `${context.actor.kind}/${context.actor.id}`,
      issuedAt: new Date(now).toISOString(),
    };
    const directive = signedDirective(options.signer.sign('directive', { ...made, ...issued }));
    await keepDirective(tx, directive);
    return directive;
  }

  async function checkResumable(tx: PlatformTx, ids: readonly string[]): Promise<void> {
    const known = new Map((await readDirectives(tx, clock.now(), ids)).map((record) => [record.directive.id, record]));
    for (const id of ids) {
      const record = known.get(id);
      if (record === undefined || record.directive.verb === 'resume') throw errors.DIRECTIVE_UNKNOWN(id);
      if (record.state !== 'in-force') throw errors.DIRECTIVE_ENDED(id);
    }
  }

  function send({ signed, directive }: SignedDirective): void {
    options.broadcast(signed, (identity, tenants) => concernsSubscriber(directive, identity, tenants));
    options.changed?.('directive');
  }

  async function reports(tx: PlatformTx, records: readonly DirectiveRecord[]): Promise<readonly DirectiveReport[]> {
    const receipts = await readReceipts(
      tx,
      records.map(({ directive }) => directive.id),
    );
    const known = await subscribers();
    return records.map((record) => reportFrom(record, receipts.get(record.directive.id) ?? [], known));
  }

  async function reportOf(tx: PlatformTx, id: string): Promise<DirectiveReport> {
    const records = isUuid(id) ? await readDirectives(tx, clock.now(), [id]) : [];
    const [report] = await reports(tx, records);
    if (report === undefined) throw errors.DIRECTIVE_UNKNOWN(id);
    return report;
  }

  /** As it is when it has just been sent: nobody can have answered before, so nothing has to be read while everybody does. */
  async function firstReport({ directive }: SignedDirective): Promise<DirectiveReport> {
    const state = directive.verb === 'resume' ? 'ended' : 'in-force';
    return reportFrom({ directive, state, endedBy: null }, [], await subscribers());
  }

  return {
    async preview(_context, scope) {
      return await blastRadius(checkedScope(scope, view()), { view: view(), subscribers: await subscribers(), backlog });
    },

    async order(context, request) {
      const checked = checkedRequest(request, { view: view(), now: clock.now() });
      const epoch = await options.epoch();
      const issued = await db.platform(context, 'order a directive', async (tx) => {
        const make = async () => {
          if ((await countInForce(tx, clock.now())) >= mostInForce) {
            throw errors.DIRECTIVE_INVALID(`${mostInForce} are in force already; resume some first`);
          }
          return checked;
        };
        const issued = await issue(tx, make, { epoch, context });
        const { verb, scope, reason } = checked;
        await audit.record(tx, context, {
          action: `directive.${verb}`,
          target: `directive/${issued.directive.id}`,
          reason,
          detail: { scope },
        });
        return issued;
      });
      // Before anything else that takes time: what was ordered is kept.
      send(issued);
      return await firstReport(issued);
    },

    async resume(context, request) {
      const reason = checkedReason(request.reason);
      const ends = [...new Set(request.ends)];
      if (ends.length === 0 || ends.length > mostInForce) throw errors.DIRECTIVE_INVALID(`it resumes none, or more than ${mostInForce}`);
      for (const id of ends) if (!isUuid(id)) throw errors.DIRECTIVE_UNKNOWN(id);
      const epoch = await options.epoch();
      const issued = await db.platform(context, 'resume directives', async (tx) => {
        const make = async () => {
          await checkResumable(tx, ends);
          return { verb: 'resume' as const, ends, reason };
        };
        const issued = await issue(tx, make, { epoch, context });
        await audit.record(tx, context, {
          action: 'directive.resume',
          target: `directive/${issued.directive.id}`,
          reason,
          detail: { ends },
        });
        return issued;
      });
      send(issued);
      return await firstReport(issued);
    },

    report: (context, id) => db.platform(context, 'look at a directive', (tx) => reportOf(tx, id)),

    async list(context, { state, limit, cursor }) {
      if (!Number.isInteger(limit) || limit < 1 || limit > 200) throw errors.LIMIT_MALFORMED();
      if (cursor !== undefined && !isUuid(cursor)) throw errors.CURSOR_MALFORMED();
      return await db.platform(context, 'list directives', async (tx) => {
        const query = { now: clock.now(), state: state ?? null, before: cursor ?? null, limit: limit + 1 };
        const records = await readPage(tx, query);
        const items = await reports(tx, records.slice(0, limit));
        return { items, next: records.length > limit ? (items.at(-1)?.directive.id ?? null) : null };
      });
    },

    standing: (after) =>
      db.platform(own(), 'compile directives', async (tx) => {
        // In this order: what is ordered in between is named or not settled, and never neither.
        const through = await lastOrder(tx);
        const directives = await readInForce(tx, clock.now());
        return { directives, through, resumes: after === null ? [] : await readResumes(tx, clock.now(), after) };
      }),
    inForce: () => db.platform(own(), 'compile directives', (tx) => readInForce(tx, clock.now())),
    receive: (receipt, subscriber) => intake.receive(receipt, subscriber),
    settled: () => intake.settled(),

    async merge(context, signed) {
      const directives = signed.map(signedDirective).filter(({ directive }) => directive.installation === installation);
      const merged = await db.platform(context, 'merge directives that subscribers hold', async (tx) => {
        let fresh = 0;
        for (const one of directives) {
          if (!(await keepDirective(tx, one))) continue;
          fresh += 1;
          await audit.record(tx, context, {
            action: 'directive.merge',
            target: `directive/${one.directive.id}`,
            reason: one.directive.reason,
          });
        }
        await catchUp(tx);
        return fresh;
      });
      if (merged > 0) options.changed?.('directive');
      return merged;
    },
  };
}

/** Whoever is concerned or has answered, in the order of ids. */
function reportFrom(
  { directive, state, endedBy }: Pick<DirectiveRecord, 'directive' | 'state' | 'endedBy'>,
  answered: readonly Receipt[],
  known: readonly KnownSubscriber[],
): DirectiveReport {
  const own = new Map(answered.map((receipt) => [receipt.subscriber, receipt]));
  const concerned = known.filter(({ identity, tenants }) => concernsSubscriber(directive, identity, tenants) || own.has(identity.id));
  const connected = new Map(concerned.map((one) => [one.identity.id, one.connected]));
  const names = [...new Set([...connected.keys(), ...own.keys()])].sort();
  return {
    directive,
    state,
    endedBy,
    receipts: names.map((subscriber) => ({
      subscriber,
      connected: connected.get(subscriber) ?? false,
      receipt: own.get(subscriber) ?? null,
    })),
  };
}

/** What the desk itself says of a directive. */
type Ordered = Omit<RestrictingDirective, keyof IssuedMembers> | Omit<ResumeDirective, keyof IssuedMembers>;
type IssuedMembers = Pick<RestrictingDirective, 'id' | 'installation' | 'epoch' | 'sequence' | 'by' | 'issuedAt'>;
