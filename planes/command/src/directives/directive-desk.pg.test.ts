import type { BreakGlassDirective, Directive, DirectiveReport, Receipt, RestrictionRequest } from '@etis/contracts/directives';
import { uuidv7 } from '@etis/kernel';
import { testContext } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DeskStand, now, receiptOf, signed, startDesk } from './desk-stand.ts';

let stand: DeskStand;
beforeEach(async () => {
  stand = await startDesk();
});
afterEach(() => stand[Symbol.asyncDispose]());

const context = testContext({ actor: { kind: 'operator', id: 'ada' } });
const pauseAcme: RestrictionRequest = { verb: 'pause', scope: { tenant: 'acme' }, reason: 'Their ERP moves.' };
const order = (request: Partial<RestrictionRequest> = {}) => stand.desk.order(context, { ...pauseAcme, ...request });
const resume = (...ends: readonly string[]) => stand.desk.resume(context, { ends, reason: 'It is over.' });
const state = async (id: string) => (await stand.desk.report(context, id)).state;
const sentLast = (): Directive => stand.sent.at(-1)?.directive as Directive;

describe('a preview', () => {
  it.each([
    [{}, { tenants: 2, placements: 3, connections: 2, waitingEntries: 18, jobs: 40 }],
    [{ tenant: 'acme' }, { tenants: 1, placements: 2, connections: 1, waitingEntries: 8, jobs: 4 }],
    [{ product: 'nudge' }, { tenants: 2, placements: 2, connections: 0, waitingEntries: 16, jobs: 40 }],
    [{ cluster: 'pulse-standard' }, { tenants: 1, placements: 1, connections: 0, waitingEntries: 2, jobs: 0 }],
    [{ connection: 'acc' }, { tenants: 1, placements: 0, connections: 1, waitingEntries: 0, jobs: 0 }],
    [
      { kind: 'email', tenant: 'acme' },
      { tenants: 1, placements: 0, connections: 0, waitingEntries: 0, jobs: 2 },
    ],
  ])('counts whom %j concerns', async (scope, expected) => {
    expect(await stand.desk.preview(context, scope)).toMatchObject(expected);
  });

  it('names the nodes that would be told', async () => {
    const { subscribers, tenantExamples } = await stand.desk.preview(context, { tenant: 'bolt' });
    expect(subscribers).toEqual(['cluster.nudge-standard.node-1', 'dispatcher.node-1', 'worker.node-1']);
    expect(tenantExamples).toEqual(['bolt']);
  });
});

describe('an order', () => {
  it('is kept, signed, audited and sent to those that it concerns', async () => {
    const report = await order();
    expect(report).toMatchObject({
      state: 'in-force',
      endedBy: null,
      directive: { verb: 'pause', scope: { tenant: 'acme' }, reason: 'Their ERP moves.', by: 'operator/ada', epoch: 1, sequence: 1 },
    });
    expect(report.receipts.map(({ subscriber, connected, receipt }) => [subscriber, connected, receipt])).toEqual([
      ['cluster.nudge-standard.node-1', true, null],
      ['cluster.pulse-standard.node-1', true, null],
      ['dispatcher.node-1', true, null],
      ['worker.node-1', false, null],
    ]);
    expect(stand.sent).toEqual([{ directive: report.directive, to: report.receipts.map(({ subscriber }) => subscriber) }]);
    expect(await stand.audited()).toMatchObject([{ action: 'directive.pause', reason: 'Their ERP moves.', actor_id: 'ada' }]);
    const [standing] = await stand.desk.inForce();
    expect(standing?.signed).toEqual(signed(report.directive));
  });

  it.each<[string, Partial<RestrictionRequest>]>([
    ['a reason that says nothing', { reason: ' x ' }],
    ['a reason that is too long', { reason: 'x'.repeat(501) }],
    ['a reason that a terminal would obey', { reason: 'fine\u001b[2J' }],
    ['a verb that there is not', { verb: 'stop' as never }],
    ['a resume', { verb: 'resume' as never }],
    ['a tenant that there is not', { scope: { tenant: 'nobody' } }],
    ['a tenant that is no name', { scope: { tenant: "acme' or 1=1" } }],
    ['a member that there is not', { scope: { planet: 'earth' } as never }],
    ['a rate without a throttle', { rate: { count: 1, perMs: 1_000 } }],
    ['a throttle without a rate', { verb: 'throttle' }],
    ['a throttle that lets nothing through', { verb: 'throttle', rate: { count: 0, perMs: 1_000 } }],
    ['a throttle in parts', { verb: 'throttle', rate: { count: 1.5, perMs: 1_000 } }],
    ['a throttled connection', { verb: 'throttle', scope: { connection: 'acc' }, rate: { count: 1, perMs: 1_000 } }],
    ['a paused feature', { scope: { feature: 'new-editor' } }],
    ['a kill that would end by itself', { verb: 'kill', expiresAt: new Date(now + 1_000).toISOString() }],
    ['an end that is past', { expiresAt: new Date(now).toISOString() }],
    ['an end that is no time', { expiresAt: 'tomorrow' }],
  ])('is refused with %s, and leaves nothing', async (_case, request) => {
    await expect(order(request)).rejects.toMatchObject({ code: 'COMMAND_DIRECTIVE_INVALID' });
    expect(await stand.desk.inForce()).toEqual([]);
    expect([stand.sent, await stand.audited()]).toEqual([[], []]);
  });

  it('is not given while the platform may sign nothing', async () => {
    stand.epoch = Object.assign(new Error('recovery'), { code: 'COMMAND_RECOVERY_NEEDED' });
    await expect(order()).rejects.toMatchObject({ code: 'COMMAND_RECOVERY_NEEDED' });
    expect(await stand.desk.inForce()).toEqual([]);
  });

  it('is numbered without a gap, by however many processes at once', async () => {
    const other = stand.another();
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? stand.desk : other).order(context, pauseAcme)),
    );
    expect(all.map(({ directive }) => directive.sequence).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    expect((await stand.desk.standing(null)).through).toEqual({ epoch: 1, sequence: 20 });
  });

  it('is one of a thousand at most', async () => {
    const admin = stand.database.admin('command');
    await admin(
      `insert into directive (id, epoch, sequence, verb, digest, payload, key_id, signature)
       select gen_random_uuid(), 0, n, 'pause', n::text, '{}', 'k', 's' from generate_series(1, 1000) n`,
    );
    await expect(order()).rejects.toMatchObject({ code: 'COMMAND_DIRECTIVE_INVALID', message: expect.stringContaining('1000') });
    await admin(`update directive set ended_by = gen_random_uuid() where sequence = 1`);
    await expect(order()).resolves.toMatchObject({ state: 'in-force' });
  });
});

describe('an end', () => {
  it('comes with a resume, which is later than what it ends', async () => {
    const { directive } = await order({ verb: 'kill' });
    const report = await resume(directive.id);
    expect(report.directive).toMatchObject({ verb: 'resume', ends: [directive.id], epoch: 1, sequence: 2 });
    expect(await stand.desk.report(context, directive.id)).toMatchObject({ state: 'ended', endedBy: report.directive.id });
    expect(await stand.desk.inForce()).toEqual([]);
    expect(sentLast()).toEqual(report.directive);
    expect((await stand.audited()).map(({ action }) => action)).toEqual(['directive.kill', 'directive.resume']);
  });

  it('comes by itself where it was ordered so', async () => {
    const { directive } = await order({ expiresAt: new Date(now + 5_000).toISOString() });
    stand.clock.at = now + 4_999;
    expect(await state(directive.id)).toBe('in-force');
    stand.clock.at = now + 5_000;
    expect(await state(directive.id)).toBe('expired');
    expect(await stand.desk.inForce()).toEqual([]);
    await expect(resume(directive.id)).rejects.toMatchObject({ code: 'COMMAND_DIRECTIVE_ENDED' });
  });

  it('comes once: of many that resume at the same time, one does', async () => {
    const { directive } = await order();
    const tries = await Promise.allSettled(Array.from({ length: 5 }, () => resume(directive.id)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it.each([['019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71'], ['nothing like an id']])('is not for %s', async (id) => {
    await expect(resume(id)).rejects.toMatchObject({ code: 'COMMAND_DIRECTIVE_UNKNOWN' });
    await expect(stand.desk.report(context, id)).rejects.toMatchObject({ code: 'COMMAND_DIRECTIVE_UNKNOWN' });
  });

  it('is for all or for none', async () => {
    const { directive } = await order();
    await expect(resume(directive.id, uuidv7())).rejects.toMatchObject({ code: 'COMMAND_DIRECTIVE_UNKNOWN' });
    await expect(resume()).rejects.toMatchObject({ code: 'COMMAND_DIRECTIVE_INVALID' });
    expect(await state(directive.id)).toBe('in-force');
  });
});

describe('a receipt', () => {
  it('shows who has applied it, when, and who has not', async () => {
    const { directive } = await order();
    expect(stand.desk.receive(receiptOf(directive, 'dispatcher.node-1'), 'dispatcher.node-1')).toBe(true);
    await stand.desk.settled();
    const { receipts } = await stand.desk.report(context, directive.id);
    expect(receipts.find(({ subscriber }) => subscriber === 'dispatcher.node-1')).toMatchObject({
      connected: true,
      receipt: { outcome: 'applied', effectiveAt: new Date(now).toISOString() },
    });
    expect(receipts.filter(({ receipt }) => receipt !== null)).toHaveLength(1);
    expect(stand.changes.at(-1)).toBe('receipt');
  });

  it('is one for each node, and a proof takes the place of a refusal but not the other way round', async () => {
    const { directive } = await order();
    const node = 'dispatcher.node-1';
    for (const outcome of ['refused', 'applied', 'refused'] as const) {
      stand.desk.receive(receiptOf(directive, node, { outcome, reason: outcome === 'refused' ? 'cannot' : null }), node);
      await stand.desk.settled();
    }
    const { receipts } = await stand.desk.report(context, directive.id);
    expect(receipts.find(({ subscriber }) => subscriber === node)?.receipt?.outcome).toBe('applied');
  });

  it('of a thousand nodes is kept, each once', async () => {
    const { directive } = await order();
    const nodes = Array.from({ length: 1_000 }, (_, index) => `edge.node-${index}`);
    for (const node of [...nodes, ...nodes]) stand.desk.receive(receiptOf(directive, node), node);
    await stand.desk.settled();
    const { receipts } = await stand.desk.report(context, directive.id);
    expect(receipts.filter(({ receipt }) => receipt !== null)).toHaveLength(1_000);
  });

  it('is dropped where it speaks for another node, another installation or another directive', async () => {
    const { directive } = await order();
    const liar = 'cluster.pulse-standard.node-1';
    expect(stand.desk.receive(receiptOf(directive, 'dispatcher.node-1'), liar)).toBe(false);
    expect(stand.desk.receive(receiptOf(directive, liar, { installation: 'another' }), liar)).toBe(false);
    expect(stand.desk.receive({ payload: '{', keyId: 'k', signature: 's' }, liar)).toBe(false);
    stand.desk.receive(receiptOf(directive, liar, { digest: 'of something else' }), liar);
    stand.desk.receive(receiptOf(directive, liar, { directive: uuidv7() }), liar);
    await stand.desk.settled();
    const { receipts } = await stand.desk.report(context, directive.id);
    expect(receipts.every(({ receipt }) => receipt === null)).toBe(true);
  });

  it('of a break-glass order brings the order with it, and its audit afterwards', async () => {
    const id = uuidv7();
    const glass: BreakGlassDirective = {
      ...{
        id,
        installation: 'under-test',
        epoch: 0,
        sequence: 0,
        verb: 'kill',
        scope: {},
        reason: 'the platform was away',
        by: 'operator/bob',
      },
      issuedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + 60_000).toISOString(),
      breakGlass: { target: 'worker.node-1', nonce: 'nonce-nonce-nonce' },
    };
    const receipt = (key: string, node = 'worker.node-1', given: Partial<Receipt> = {}) =>
      receiptOf(glass, node, { breakGlass: signed(glass, key), ...given });
    expect(stand.desk.receive(receipt('online-1'), 'worker.node-1')).toBe(false);
    expect(stand.desk.receive(receipt('operator-1', 'dispatcher.node-1'), 'dispatcher.node-1')).toBe(false);
    expect(stand.desk.receive(receipt('operator-1'), 'worker.node-1')).toBe(true);
    await stand.desk.settled();
    expect(await stand.desk.report(context, id)).toMatchObject({ directive: glass, state: 'ended' });
    expect(await stand.audited()).toMatchObject([
      { action: 'directive.break-glass', target: `directive/${id}`, reason: 'the platform was away' },
    ]);
    stand.desk.receive(
      receipt('operator-1', 'worker.node-1', { directive: id, outcome: 'refused', reason: 'it was used before' }),
      'worker.node-1',
    );
    await stand.desk.settled();
    expect((await stand.audited()).map(({ action }) => action)).toEqual(['directive.break-glass', 'directive.break-glass-refused']);
    // It was never the platform's word, so no manifest names it.
    expect(await stand.desk.inForce()).toEqual([]);
  });
});

describe('a list', () => {
  it('is newest first, by state, and in pages', async () => {
    const made: DirectiveReport[] = [];
    for (let index = 0; index < 5; index += 1) {
      stand.clock.at = now + index;
      made.push(await order());
    }
    stand.clock.at = now + 10;
    const [first] = made;
    const go = await resume(first?.directive.id ?? '');
    const ids = (items: readonly DirectiveReport[]) => items.map(({ directive }) => directive.id);
    const page = await stand.desk.list(context, { limit: 2, state: 'in-force' });
    expect(ids(page.items)).toEqual([made[4]?.directive.id, made[3]?.directive.id]);
    const rest = await stand.desk.list(context, { limit: 10, state: 'in-force', cursor: page.next ?? '' });
    expect(ids(rest.items)).toEqual([made[2]?.directive.id, made[1]?.directive.id]);
    expect(rest.next).toBeNull();
    expect(ids((await stand.desk.list(context, { limit: 10, state: 'ended' })).items)).toEqual([go.directive.id, first?.directive.id]);
  });

  it.each([[{ limit: 0 }], [{ limit: 201 }], [{ limit: 1.5 }], [{ limit: 5, cursor: 'elsewhere' }]])('refuses %j', async (query) => {
    await expect(stand.desk.list(context, query)).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('a merge', () => {
  it('brings back what a restored backup has lost, also where the end of it comes first', async () => {
    const { directive: killed } = await order({ verb: 'kill' });
    const { directive: paused } = await order();
    const { directive: go } = await resume(paused.id);
    const held = [go, paused, killed].map((one) => signed(one));
    await using other = await startDesk();
    expect(await other.desk.merge(context, held)).toBe(3);
    expect((await other.desk.inForce()).map(({ directive }) => directive)).toEqual([killed]);
    expect(await other.desk.merge(context, held)).toBe(0);
    expect((await other.audited()).map(({ action }) => action)).toEqual(['directive.merge', 'directive.merge', 'directive.merge']);
    expect((await other.desk.order(context, pauseAcme)).directive).toMatchObject({ epoch: 1, sequence: 4 });
    other.epoch = 2;
    expect((await other.desk.order(context, pauseAcme)).directive).toMatchObject({ epoch: 2, sequence: 1 });
  });

  it('ends what it was told of before the directive itself', async () => {
    const { directive: paused } = await order();
    const { directive: go } = await resume(paused.id);
    await using other = await startDesk();
    await other.desk.merge(context, [signed(go)]);
    await other.desk.merge(context, [signed(paused)]);
    expect(await other.desk.inForce()).toEqual([]);
  });

  it('leaves out what is of another installation', async () => {
    const { directive } = await order();
    expect(await stand.desk.merge(context, [signed({ ...directive, id: uuidv7(), installation: 'another' })])).toBe(0);
  });
});
