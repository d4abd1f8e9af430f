import type { PlatformEvent } from '@etis/runtime/sdk';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AskedJob, acme, bolt, createNudgeStand, type NudgeStand, reportOf } from '../../fixtures/nudge-stand.ts';
import { ada, number, received, statusOf } from '../../fixtures/whatsapp-events.ts';

let stand: NudgeStand;
beforeAll(async () => {
  stand = await createNudgeStand();
});
afterAll(() => stand.drop());
beforeEach(() => stand.clear());

const message = 'wamid.out-1';
const unknown = 'The send timed out: it may have been sent, so it is not repeated';

/** A reply that was asked for: its job. */
async function reply(tenant = acme): Promise<AskedJob> {
  await stand.host.call(tenant, 'replies.set', { id: 'any', match: 'any', text: 'Hello' });
  await stand.handle(received(stand, {}, { tenant: tenant.tenant ?? '' }));
  return jobOf('message', tenant.tenant ?? '');
}

/** An e-mail or a WhatsApp notification that was asked for: its job. */
async function notification(channel: 'email' | 'whatsapp'): Promise<AskedJob> {
  const whatsapp = { number, recipients: [ada.phone], template: { name: 'news', language: 'en', parameters: [] } };
  const whom = channel === 'email' ? { recipients: ['site@example.com'] } : { whatsapp };
  await stand.host.call(acme, 'rules.set', { id: 'r', eventType: '*', body: 'New', ...whom });
  await stand.handle(stand.event());
  return jobOf(channel === 'email' ? 'subject' : 'message');
}

async function jobOf(member: string, tenant = 'acme'): Promise<AskedJob> {
  const job = (await stand.asked()).jobs.find((candidate) => candidate.tenant === tenant && member in candidate.payload);
  if (job === undefined) throw new Error(`no job with ${member}`);
  return job;
}

async function reconciles(): Promise<unknown[]> {
  return (await stand.asked()).jobs.filter((job) => job.kind === 'whatsapp-reconcile').map((job) => job.payload);
}

const said = async (context = acme) => (await stand.host.call(context, 'messages.list', {})).items.find((item) => item.direction === 'out');
const told = async () => (await stand.host.call(acme, 'notifications.list', {})).items[0];
const done = (job: AskedJob, messageId = message) =>
  reportOf(stand, job, {
    result: { channel: 'whatsapp', recipient: ada.phone, messageId, waId: ada.phone, status: 'accepted', server: 'graph' },
  });
const status = (job: AskedJob | null, word: string, more: object = {}) =>
  statusOf(stand, { message, status: word, callbackData: job?.id ?? null, ...more });
const minute = () => {
  stand.clock.at += 60_000;
};

describe('an e-mail', () => {
  it('is sent when its job is done', async () => {
    const job = await notification('email');
    minute();
    await stand.handle(reportOf(stand, job, { result: { channel: 'email', messageId: '<m@etis>', response: '250 OK' } }));
    expect(await told()).toMatchObject({
      state: 'sent',
      reason: null,
      messageId: '<m@etis>',
      times: { requested: '2026-01-02T03:04:05.000Z', accepted: null, sent: '2026-01-02T03:05:05.000Z', failed: null },
    });
  });

  it('has failed when its job is dead, with the reason, until a repeat succeeds', async () => {
    const job = await notification('email');
    await stand.handle(reportOf(stand, job, { error: '550 no such\r\nuser\u0000' }));
    expect(await told()).toMatchObject({ state: 'failed', reason: '550 no such\nuser', times: { failed: '2026-01-02T03:04:05.000Z' } });
    await stand.handle(reportOf(stand, job, { result: { messageId: '<m@etis>' } }));
    expect(await told()).toMatchObject({ state: 'sent', reason: null, times: { failed: null } });
    expect(await reconciles()).toEqual([]);
  });
});

describe('a WhatsApp message', () => {
  it('advances by what its job and WhatsApp say of it, up to read', async () => {
    const job = await reply();
    const states: unknown[] = [(await said())?.state];
    for (const event of [() => done(job), ...['sent', 'delivered', 'read'].map((word) => () => status(job, word))]) {
      minute();
      await stand.handle(event());
      states.push((await said())?.state);
    }
    expect(states).toEqual(['requested', 'accepted', 'sent', 'delivered', 'read']);
    expect(await said()).toMatchObject({
      messageId: message,
      times: {
        requested: '2026-01-02T03:04:05.000Z',
        accepted: '2026-01-02T03:05:05.000Z',
        sent: '2026-01-02T03:06:05.000Z',
        delivered: '2026-01-02T03:07:05.000Z',
        read: '2026-01-02T03:08:05.000Z',
        failed: null,
      },
    });
  });

  it('shows a notification the same way', async () => {
    const job = await notification('whatsapp');
    await stand.handle(done(job), status(job, 'read'));
    expect(await told()).toMatchObject({ state: 'read', messageId: message });
    expect(await said()).toMatchObject({ state: 'read', notification: (await told())?.id });
  });

  it('was read when it was played, without word of its delivery', async () => {
    const job = await reply();
    await stand.handle(done(job), status(job, 'played'));
    expect(await said()).toMatchObject({ state: 'read', times: { delivered: null, read: '2026-01-02T03:04:05.000Z' } });
  });

  it.each([
    [[{ code: 131026, title: 'Undeliverable', details: 'No WhatsApp at this number' }], '131026: No WhatsApp at this number'],
    [[{ code: 131026, error_data: { details: 'No WhatsApp' } }], '131026: No WhatsApp'],
    [[{ code: 131026, errorData: { details: 'No WhatsApp' } }], '131026: No WhatsApp'],
    [[{ code: 130472, message: 'Experiment' }], '130472: Experiment'],
    [[], 'WhatsApp gave no reason'],
    ['nonsense', 'WhatsApp gave no reason'],
  ])('fails with the reason that WhatsApp gives: %j', async (errors, reason) => {
    const job = await reply();
    await stand.handle(done(job), status(job, 'failed', { errors }));
    expect(await said()).toMatchObject({ state: 'failed', reason, times: { failed: '2026-01-02T03:04:05.000Z' } });
  });

  it('belongs to its own job, whatever message another status names', async () => {
    const job = await reply();
    await stand.handle(done(job), status(job, 'delivered', { message: 'wamid.other' }));
    expect(await said()).toMatchObject({ state: 'delivered' });
  });

  it('is known by its message where no job comes back', async () => {
    const job = await reply();
    await stand.handle(done(job), status(null, 'delivered'), status(null, 'read', { callbackData: 'somebody else’s' }));
    expect(await said()).toMatchObject({ state: 'read' });
  });

  it('loses no status that comes before the report, also where no job comes back', async () => {
    const job = await reply();
    await stand.handle(
      status(null, 'sent'),
      status(null, 'delivered'),
      status(null, 'delivered'),
      statusOf(stand, { message: 'wamid.x', status: 'read' }),
    );
    expect(await said()).toMatchObject({ state: 'requested' });
    await stand.handle(done(job));
    expect(await said()).toMatchObject({ state: 'delivered', times: { sent: '2026-01-02T03:04:05.000Z' } });
    expect(await stand.count('stray_status')).toBe(1);
  });

  it('takes up what came before when a status names both its job and its message', async () => {
    const job = await reply();
    await stand.handle(status(null, 'read'), status(job, 'sent'));
    expect(await said()).toMatchObject({ state: 'read' });
  });

  it.each([
    ['no message', { message: '' }],
    ['a message that is no text', { message: 7 }],
  ])('hears no status of %s: it is a dead letter', async (_, changes) => {
    await expect(stand.handle(status(null, 'read', changes))).rejects.toThrow(/^terminal: The status .* names no message/);
  });

  it.each(['deleted', 'warning', '', 7, null])('passes over the status %j', async (word) => {
    const job = await reply();
    await stand.handle(status(job, word as string));
    expect(await said()).toMatchObject({ state: 'requested' });
  });
});

describe('statuses of what somebody else sent', () => {
  it('are not kept while nothing of ours could be meant', async () => {
    const job = await reply();
    await stand.handle(done(job), status(null, 'sent', { message: 'wamid.theirs' }));
    expect(await stand.count('stray_status')).toBe(0);
  });

  it('are kept for a day at most', async () => {
    await reply();
    await stand.handle(status(null, 'sent', { message: 'wamid.theirs' }));
    stand.clock.at += 24 * 3_600_000 + 1;
    await stand.handle(status(null, 'sent', { message: 'wamid.later' }));
    expect(await stand.count('stray_status', "message_id = 'wamid.later'")).toBe(1);
    expect(await stand.count('stray_status')).toBe(1);
  });
});

describe('a job that ended without success', () => {
  it('has failed, with the reason', async () => {
    const job = await reply();
    await stand.handle(reportOf(stand, job, { error: 'The number has no access token.' }));
    expect(await said()).toMatchObject({ state: 'failed', reason: 'The number has no access token.' });
    expect(await reconciles()).toEqual([]);
  });

  it.each([
    ['before', true],
    ['after', false],
  ])('and a status that came %s it: the message is sent, and the ledger is put right once', async (_, before) => {
    const job = await reply();
    const dead = reportOf(stand, job, { error: unknown });
    const sent = status(job, 'sent');
    await stand.handle(...(before ? [sent, dead] : [dead, sent]));
    await stand.handle(status(job, 'delivered'), status(job, 'read'), dead, sent);
    expect(await said()).toMatchObject({ state: 'read', reason: null, messageId: message });
    expect(await reconciles()).toEqual([{ job: job.id, messageId: message, status: 'sent' }]);
  });

  it('proves nothing without a status', async () => {
    const job = await reply();
    await stand.handle(reportOf(stand, job, { error: unknown }), status(null, 'sent'));
    expect(await said()).toMatchObject({ state: 'failed', reason: unknown });
    expect(await reconciles()).toEqual([]);
  });
});

describe('reports', () => {
  it('of jobs that nobody asked for are passed over', async () => {
    const stranger = { id: '019aaf00-0000-7000-8000-00000000ffff', kind: 'whatsapp', tenant: 'acme', cause: '', payload: {} };
    await stand.handle(done(stranger), reportOf(stand, { ...stranger, kind: 'document' }, { result: {} }));
    expect(await stand.count('send')).toBe(0);
  });

  it.each([null, {}, { job: 'x', kind: 'email' }, { job: '019aaf00-0000-7000-8000-00000000ffff' }, []])(
    'that are none are dead letters: %j',
    async (data) => {
      await expect(stand.handle(stand.event({ type: 'job.done', data }))).rejects.toThrow(/^terminal: The report .* names no job and kind/);
    },
  );

  it("change nothing of another tenant's", async () => {
    const job = await reply(bolt);
    await stand.handle(
      { ...done(job), tenant: 'acme' },
      { ...status(job, 'read'), tenant: 'acme' },
      { ...status(null, 'read'), tenant: 'acme' },
    );
    expect(await said(bolt)).toMatchObject({ state: 'requested', messageId: null });
    await stand.handle(done(job));
    expect(await said(bolt)).toMatchObject({ state: 'accepted' });
  });
});

describe('any order of the same news', () => {
  const words = fc.subarray(['sent', 'delivered', 'read', 'failed'] as const);
  const scenario = fc.record({
    words,
    named: fc.boolean(),
    end: fc.constantFrom('done', 'dead'),
    order: fc.array(fc.nat({ max: 1_000 }), { minLength: 12, maxLength: 12 }),
  });

  it('with repeats leaves the same state behind, and asks the ledger once or not at all', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ words: heard, named, end, order }) => {
        await stand.clear();
        const job = await reply();
        const news: PlatformEvent[] = [
          end === 'done' ? done(job) : reportOf(stand, job, { error: unknown }),
          ...heard.map((word) => status(named || end === 'dead' ? job : null, word)),
        ];
        const told = [...news, ...news.filter((_, index) => (order[index] ?? 0) % 2 === 0)];
        const shuffled = told.map((event, index) => ({ event, key: order[index] ?? 0 })).sort((one, other) => one.key - other.key);
        await stand.handle(...shuffled.map(({ event }) => event));
        expect((await said())?.state).toBe(expected(heard, end));
        expect(await reconciles()).toHaveLength(end === 'dead' && heard.length > 0 ? 1 : 0);
        expect(await stand.count('stray_status')).toBe(0);
      }),
      { numRuns: 30, endOnFailure: true },
    );
  });

  function expected(heard: readonly string[], end: 'done' | 'dead'): string {
    const first = ['read', 'delivered', 'failed', 'sent'].find((word) => heard.includes(word));
    return first ?? (end === 'done' ? 'accepted' : 'failed');
  }
});
