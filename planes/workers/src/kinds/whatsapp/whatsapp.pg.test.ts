import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { LeasedJob } from '@etis/contracts/jobs';
import { createTestDatabase, eventually, type TestDatabase, testContext } from '@etis/testing';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { workersDomain } from '../../domain.ts';
import { Defer, RetryAfter, TerminalFailure } from '../../runtime/job-kind.ts';
import type { WhatsAppSettings } from '../../runtime/kind-settings.ts';
import { createSentMessages } from '../../sent/sent-messages.ts';
import { leasedJob } from '../../testing/fake-jobs.ts';
import { answerWith, type GraphServer, graphError, number, startGraphServer } from '../../testing/graph-server.ts';
import { jobContext } from '../../testing/job-context.ts';
import { whatsappPayload } from './payload.ts';
import { jobKind as reconcile } from './reconcile.ts';
import { jobKind } from './whatsapp.ts';

const hello = { from: number, to: { phone: '+4915112345678' }, message: { type: 'text', text: { body: 'Grüße' } } };
const template = {
  ...hello,
  message: { type: 'template', template: { name: 'plan_added', language: { code: 'de' }, components: [] } },
};

let database: TestDatabase;
let graph: GraphServer;
beforeAll(async () => {
  [database, graph] = await Promise.all([createTestDatabase({ domains: [workersDomain] }), startGraphServer()]);
});
afterAll(() => Promise.all([graph.close(), database.drop()]));
beforeEach(async () => {
  graph.reset();
  await database.admin('workers')('truncate send, pace');
});

const newJob = (tenant = 'acme') => leasedJob({ kind: 'whatsapp', tenant });

function attempt(job: LeasedJob, given: object = hello, settings: WhatsAppSettings | null = graph.settings): Promise<unknown> {
  return jobKind.run(given, jobContext({ db: database.db('workers'), job, settings: { whatsapp: settings } }));
}

async function failure(job: LeasedJob, given: object = hello, settings?: WhatsAppSettings | null): Promise<Error> {
  const error = await attempt(job, given, settings ?? graph.settings).then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  if (error === undefined) throw new Error('the attempt did not fail');
  return error;
}

async function ledger(job: LeasedJob): Promise<Record<string, unknown> | undefined> {
  const [row] = await database.admin('workers')('select * from send where job_id = $1', [job.id]);
  return row;
}

const forgetPace = () => database.admin('workers')('truncate pace');

describe('a message that the Graph API accepts', () => {
  it('is sent once, as it wants it, and is followed by the id of its job', async () => {
    const job = newJob();
    expect(await attempt(job)).toEqual({
      channel: 'whatsapp',
      recipient: '4915112345678',
      messageId: 'wamid.HBgL1',
      waId: '4915112345678',
      status: 'accepted',
      server: graph.settings.baseUrl,
    });
    expect(graph.calls).toEqual([
      {
        path: `/v23.0/${number}/messages`,
        authorization: 'Bearer token-1',
        body: {
          messaging_product: 'whatsapp',
          recipient_type: 'individual',
          to: '+4915112345678',
          type: 'text',
          text: { body: 'Grüße' },
          biz_opaque_callback_data: job.id,
        },
      },
    ]);
    expect(await ledger(job)).toMatchObject({ channel: 'whatsapp', state: 'sent', message_id: 'wamid.HBgL1', recipient: '4915112345678' });
  });

  it('is not sent again by a later attempt, which answers the same id', async () => {
    const job = newJob();
    await attempt(job);
    expect(await attempt({ ...job, attempt: 2 })).toMatchObject({ messageId: 'wamid.HBgL1' });
    expect(graph.calls).toHaveLength(1);
  });

  it('goes to a user id where no phone is known, and answers a message', async () => {
    await attempt(newJob(), { ...hello, to: { userId: 'US.13491208655302741918' }, replyTo: 'wamid.before' });
    expect(graph.calls[0]?.body).toMatchObject({ recipient: 'US.13491208655302741918', context: { message_id: 'wamid.before' } });
    expect(graph.calls[0]?.body).not.toHaveProperty('to');
  });

  it('is in the ledger before the Graph API sees a byte of it', async () => {
    const job = newJob();
    let before: unknown;
    graph.behave((_request, response) => {
      void ledger(job).then((row) => {
        before = row?.state;
        answerWith(200, { messages: [{ id: 'wamid.2' }] })(_request, response);
      });
    });
    await attempt(job);
    expect(before).toBe('sending');
  });

  it('marks a message as read, as often as it is asked to', async () => {
    const job = newJob();
    const order = { from: number, markRead: 'wamid.in', typing: true };
    graph.behave(answerWith(200, { success: true }));
    expect(await attempt(job, order)).toEqual({ markedRead: 'wamid.in' });
    await attempt({ ...job, attempt: 2 }, order);
    expect(graph.calls.map((call) => call.body)).toEqual(
      Array.from({ length: 2 }, () => ({
        messaging_product: 'whatsapp',
        status: 'read',
        message_id: 'wamid.in',
        typing_indicator: { type: 'text' },
      })),
    );
    expect(await ledger(job)).toBeUndefined();
  });
});

describe('a message that the Graph API refuses', () => {
  it.each([
    [131026, TerminalFailure],
    [131047, TerminalFailure],
    [132001, TerminalFailure],
    [190, TerminalFailure],
    [100, TerminalFailure],
    [131056, RetryAfter],
    [130429, RetryAfter],
    [131048, RetryAfter],
    [131000, Error],
  ])('with %i ends as that code says', async (code, type) => {
    const job = newJob();
    graph.behave(graphError(code));
    const error = await failure(job);
    expect(error).toBeInstanceOf(type);
    if (type === Error) expect(error).not.toBeInstanceOf(TerminalFailure);
    expect(error.message).toContain(`error ${code}`);
    expect(error.message).toContain(`the details of ${code}`);
    expect(await ledger(job)).toMatchObject({ state: 'refused' });
  });

  it('for now is sent by the next attempt', async () => {
    const job = newJob();
    graph.behave(graphError(131000, 500));
    await failure(job);
    graph.behave(null);
    await forgetPace();
    expect(await attempt({ ...job, attempt: 2 })).toMatchObject({ messageId: 'wamid.HBgL1' });
    expect(await ledger(job)).toMatchObject({ state: 'sent', attempt: 2 });
  });
});

describe('a message without an answer', () => {
  it.each([
    ['a connection that breaks after it was read', (request: { socket: { destroy(): void } }) => request.socket.destroy()],
    ['a 200 that is not JSON', answerWith(200, '<html>')],
    ['a 200 without an id', answerWith(200, { messages: [] })],
    ['a gateway that failed', answerWith(502, '<html>bad gateway</html>')],
    ['an answer without an end', answerWith(200, `{"messages":[${'1,'.repeat(400_000)}`)],
  ])('may have been sent, and is never sent again: %s', async (_name, answer) => {
    const job = newJob();
    graph.behave(answer as Parameters<GraphServer['behave']>[0]);
    expect(await failure(job)).toMatchObject({ name: 'TerminalFailure', message: expect.stringContaining('may have been sent') });
    expect(await ledger(job)).toMatchObject({ state: 'unknown' });
    graph.behave(null);
    await forgetPace();
    expect(await failure({ ...job, attempt: 2 })).toBeInstanceOf(TerminalFailure);
    expect(graph.calls).toHaveLength(1);
  });

  it('because nobody listens was not sent, and is sent by the next attempt', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const job = newJob();
    const error = await failure(job, hello, { ...graph.settings, baseUrl: `http://127.0.0.1:${port}` });
    expect(error).not.toBeInstanceOf(TerminalFailure);
    expect(await ledger(job)).toMatchObject({ state: 'refused' });
    await forgetPace();
    await attempt({ ...job, attempt: 2 });
    expect(graph.calls).toHaveLength(1);
  });

  it('and whose worker died is not sent again', async () => {
    const job = newJob();
    const stopped = new AbortController();
    graph.behave(() => stopped.abort());
    const context = jobContext({ db: database.db('workers'), job, settings: { whatsapp: graph.settings }, signal: stopped.signal });
    await expect(jobKind.run(hello, context)).rejects.toBeInstanceOf(TerminalFailure);
    await forgetPace();
    expect(await failure({ ...job, attempt: 2 })).toBeInstanceOf(TerminalFailure);
    expect(graph.calls).toHaveLength(1);
  });

  it('is put right when one of its statuses proves that it was sent, once, and for its own tenant only', async () => {
    const job = newJob();
    graph.behave((request) => request.socket.destroy());
    await failure(job);
    const order = { job: job.id, messageId: 'wamid.proof', status: 'delivered' };
    const put = (tenant: string) =>
      reconcile.run(order, jobContext({ db: database.db('workers'), job: { kind: 'whatsapp-reconcile', tenant } }));
    expect(await put('bolt')).toEqual({ reconciled: false });
    expect(await put('acme')).toEqual({ reconciled: true });
    expect(await put('acme')).toEqual({ reconciled: false });
    expect(await ledger(job)).toMatchObject({ state: 'sent', message_id: 'wamid.proof' });
    expect(await attempt({ ...job, attempt: 2 })).toMatchObject({ messageId: 'wamid.proof' });
    expect(graph.calls).toHaveLength(1);
  });
});

describe('what is refused before anything is sent', () => {
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  it.each([
    ['a text to a user who never wrote', { ...hello, lastInboundAt: null }],
    ['a text more than a day after the user wrote', { ...hello, lastInboundAt: hoursAgo(25) }],
    ['a number without an access token', { ...hello, from: '999' }],
  ])('%s', async (_name, order) => {
    const job = newJob();
    expect(await failure(job, order)).toBeInstanceOf(TerminalFailure);
    expect(graph.calls).toEqual([]);
    expect(await ledger(job)).toBeUndefined();
  });

  it('is not: a template at any time, a text within a day, a text where nobody knows', async () => {
    for (const order of [{ ...template, lastInboundAt: null }, { ...hello, lastInboundAt: hoursAgo(23) }, hello]) {
      await attempt(newJob(), order);
      await forgetPace();
    }
    expect(graph.calls).toHaveLength(3);
  });

  const valid = Compile(whatsappPayload);
  it.each([
    ['nobody to send it to', { ...hello, to: {} }],
    ['a phone that is none', { ...hello, to: { phone: 'x' } }],
    ['an empty text', { ...hello, message: { type: 'text', text: { body: '' } } }],
    ['a text that is too long', { ...hello, message: { type: 'text', text: { body: 'x'.repeat(4_097) } } }],
    ['a kind that there is not', { ...hello, message: { type: 'fax', fax: {} } }],
    ['a document by http', { ...hello, message: { type: 'document', document: { link: 'http://files.example/plan.pdf' } } }],
    ['four buttons', { ...hello, message: { type: 'interactive', interactive: buttons(4) } }],
    ['a member that nobody knows', { ...hello, more: 1 }],
    ['a number that leaves its path', { ...hello, from: '../me' }],
  ])('has no place in a payload: %s', (_name, order) => expect(valid.Check(order)).toBe(false));

  it.each([
    hello,
    template,
    { ...hello, message: { type: 'document', document: { link: 'https://files.example/plan.pdf', filename: 'plan.pdf' } } },
    { ...hello, message: { type: 'image', image: { id: '123', caption: 'crack' } } },
    { ...hello, message: { type: 'interactive', interactive: buttons(3) } },
    { ...hello, message: { type: 'reaction', reaction: { message_id: 'wamid.1', emoji: '' } } },
    { from: number, markRead: 'wamid.1' },
  ])('may stand in a payload: %j', (order) => expect(valid.Check(order)).toBe(true));
});

describe('the pace', () => {
  it('gives the second message to one recipient back untried, over all workers, and no other tenant waits for it', async () => {
    await attempt(newJob());
    const second = newJob();
    const error = await failure(second);
    expect(error).toBeInstanceOf(Defer);
    expect((error as Defer).ms).toBeGreaterThan(2_000);
    expect(await ledger(second)).toBeUndefined();
    await attempt(newJob('bolt'));
    await attempt(newJob(), { ...hello, to: { phone: '+4915198765432' } });
    expect(graph.calls).toHaveLength(3);
  });
});

describe('what was sent', () => {
  const list = createSentMessagesOf();
  it('is listed newest first, page by page, a tenant its own', async () => {
    const jobs = [newJob(), newJob('bolt'), newJob(), newJob('bolt')];
    for (const job of jobs) {
      await attempt(job);
      await forgetPace();
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof list>> = await list({ limit: 3, ...(cursor === null ? {} : { cursor }) });
      seen.push(...page.items.map((item) => item.job));
      cursor = page.next;
    } while (cursor !== null);
    expect(seen).toEqual(jobs.map((job) => job.id).toReversed());
    const own = await list({ limit: 10, tenant: 'bolt' });
    expect(own.items.map((item) => item.tenant)).toEqual(['bolt', 'bolt']);
    expect(own.items[0]).toMatchObject({ channel: 'whatsapp', state: 'sent', messageId: 'wamid.HBgL1', recipient: '4915112345678' });
    expect((await list({ limit: 10, state: 'unknown' })).items).toEqual([]);
    expect((await list({ limit: 10, channel: 'email' })).items).toEqual([]);
    await eventually(async () => (await database.admin('workers')('select from audit_entry')).length > 0);
  });

  it.each([{ limit: 0 }, { limit: 201 }, { limit: 1, cursor: 'x' }, { limit: 1, cursor: "1.'" }])(
    'is not listed by %j',
    async (request) => {
      await expect(Promise.resolve().then(() => list(request))).rejects.toMatchObject({ kind: 'invalid' });
    },
  );
});

function createSentMessagesOf() {
  return (request: Parameters<ReturnType<typeof createSentMessages>['list']>[1]) =>
    createSentMessages({ db: database.db('workers') }).list(testContext(), request);
}

function buttons(count: number) {
  const all = Array.from({ length: count }, (_, index) => ({ type: 'reply', reply: { id: `b${index}`, title: `Button ${index}` } }));
  return { type: 'button', body: { text: 'Choose' }, action: { buttons: all } };
}
