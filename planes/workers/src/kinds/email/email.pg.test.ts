import { createServer } from 'node:net';
import type { LeasedJob } from '@etis/contracts/jobs';
import type { MailConfig } from '@etis/kernel';
import { adminAccessFromUrl, openAdmin } from '@etis/postgres';
import { createTestDatabase, eventually, type TestDatabase, testContext } from '@etis/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { workersDomain } from '../../domain.ts';
import { TerminalFailure } from '../../runtime/job-kind.ts';
import { leasedJob } from '../../testing/fake-jobs.ts';
import { jobContext } from '../../testing/job-context.ts';
import { type Behaviour, type MailServer, startMailServer } from '../../testing/mail-server.ts';
import { jobKind } from './email.ts';

const payload = { to: 'ada@site.test', subject: 'Plan A', text: 'It was added.' };

let database: TestDatabase;
let server: MailServer;
beforeAll(async () => {
  [database, server] = await Promise.all([createTestDatabase({ domains: [workersDomain] }), startMailServer()]);
});
afterAll(() => Promise.all([server.close(), database.drop()]));
beforeEach(async () => {
  server.reset();
  await database.admin('workers')('truncate send');
});

/** One attempt of a job, as a worker's thread makes it. */
function attempt(job: LeasedJob, { mail = server.mail, given = payload }: { mail?: MailConfig; given?: typeof payload } = {}) {
  return jobKind.run(given, jobContext({ job, db: database.db('workers'), settings: { mail } }));
}

/** What an attempt failed with; `retry` for every error that is not terminal. */
async function failure(job: LeasedJob, options?: Parameters<typeof attempt>[1]): Promise<{ class: string; error: string }> {
  try {
    await attempt(job, options);
  } catch (error) {
    return { class: error instanceof TerminalFailure ? 'terminal' : 'retry', error: (error as Error).message };
  }
  throw new Error('the attempt did not fail');
}

async function ledger(job: LeasedJob): Promise<Record<string, unknown> | undefined> {
  const [row] = await database.admin('workers')('select * from send where job_id = $1', [job.id]);
  return row;
}

describe('a mail that the server takes', () => {
  it('is sent once, with what the job says', async () => {
    const job = leasedJob();
    const messageId = `<${job.id}@platform.test>`;
    expect(await attempt(job)).toEqual({
      channel: 'email',
      recipient: 'ada@site.test',
      messageId,
      response: expect.stringMatching(/^250 .*taken as number 42/),
      server: `127.0.0.1:${server.mail.port}`,
    });

    expect(server.accepted).toHaveLength(1);
    const [mail] = server.accepted;
    expect(mail).toMatchObject({ from: 'etis@platform.test', to: ['ada@site.test'] });
    for (const header of ['Subject: Plan A', `Message-ID: ${messageId}`, 'Auto-Submitted: auto-generated', `X-Etis-Job: ${job.id}`]) {
      expect(mail?.source.split('\r\n')).toContain(header);
    }
    expect(await ledger(job)).toMatchObject({
      tenant_id: 'acme',
      channel: 'email',
      recipient: 'ada@site.test',
      state: 'sent',
      attempt: 1,
      message_id: messageId,
      response: expect.stringContaining('taken as number 42'),
      ended_at: expect.any(Date),
    });
  });

  it('keeps every letter of subject and text', async () => {
    await attempt(leasedJob(), { given: { ...payload, subject: 'Prüfplan für Straße 7 – 図面', text: 'Grüße 図面\n' } });
    const source = server.accepted[0]?.source ?? '';
    expect(decodeWords(/^Subject: (.*(?:\r\n .*)*)/m.exec(source)?.[1] ?? '')).toBe('Prüfplan für Straße 7 – 図面');
    const [, body = ''] = source.split('\r\n\r\n');
    const encoding = /^Content-Transfer-Encoding: (\S+)/im.exec(source)?.[1];
    const decoded = encoding === 'base64' ? Buffer.from(body, 'base64') : Buffer.from(unquote(body), 'latin1');
    expect(decoded.toString('utf8').trim()).toBe('Grüße 図面');
  });

  it('is in the ledger before the server reads a byte of it', async () => {
    const job = leasedJob();
    let before: unknown;
    server.onData(async () => {
      // The server has said 354 and reads nothing before this resolves; a reader would find the row as the client waits for it.
      before = await eventually(() => ledger(job));
    });
    await attempt(job);
    expect(before).toMatchObject({ state: 'sending', response: null, ended_at: null });
  });

  it('is not sent again: the next attempt has the words of the first', async () => {
    const job = leasedJob();
    const first = await attempt(job);
    server.behave({ at: 'connect', answer: 554 });
    expect(await attempt({ ...job, attempt: 2 })).toEqual(first);
    expect(server.received).toHaveLength(1);
  });

  it("belongs to its job's tenant alone", async () => {
    const job = leasedJob({ tenant: 'bolt' });
    await attempt(job);
    const seen = (tenant: string) =>
      database.db('workers').tenant(testContext({ tenant }), (tx) => tx.query('select tenant_id, job_id from send'));
    expect(await seen('bolt')).toEqual([{ tenant_id: 'bolt', job_id: job.id }]);
    expect(await seen('acme')).toEqual([]);
  });

  it('is another mail for another tenant, even with the same job id', async () => {
    const job = leasedJob();
    await attempt(job);
    await attempt({ ...job, tenant: 'bolt' });
    expect(server.accepted).toHaveLength(2);
  });
});

describe('a mail that the server refuses', () => {
  const none = undefined;
  it.each<[string, Behaviour, string, string | undefined]>([
    ['at the greeting', { at: 'connect', answer: 421 }, 'retry', none],
    ['at the greeting, it says for ever', { at: 'connect', answer: 554 }, 'retry', none],
    ['at MAIL, for now', { at: 'mail', answer: 451 }, 'retry', none],
    ['at RCPT, for now', { at: 'rcpt', answer: 450 }, 'retry', none],
    ['after the message, for now', { at: 'message', answer: 451 }, 'retry', 'refused'],
    ['after the message, closing down', { at: 'message', answer: 421 }, 'retry', 'refused'],
    ['at MAIL, for ever', { at: 'mail', answer: 550 }, 'terminal', none],
    ['at RCPT, for ever', { at: 'rcpt', answer: 550 }, 'terminal', none],
    ['after the message, for ever', { at: 'message', answer: 554 }, 'terminal', 'refused'],
  ])('%s', async (_name, behaviour, expected, state) => {
    const job = leasedJob();
    server.behave(behaviour);
    expect(await failure(job)).toEqual({ class: expected, error: expect.stringContaining(String(behaviour.answer)) });
    expect((await ledger(job))?.state).toBe(state);
    expect(server.accepted).toEqual([]);
    if (expected === 'terminal') return;

    server.behave(null);
    expect(await attempt({ ...job, attempt: 2 })).toMatchObject({ recipient: 'ada@site.test' });
    expect(server.accepted).toHaveLength(1);
    expect(await ledger(job)).toMatchObject({ state: 'sent', attempt: 2 });
  });

  it.each([
    ['451', 'retry'],
    ['554', 'terminal'],
  ])('at the DATA command, with %s', async (code, expected) => {
    const job = leasedJob();
    const mail = await startScript({ DATA: `${code} not this one` });
    expect(await failure(job, { mail })).toEqual({ class: expected, error: expect.stringContaining(code) });
    expect(await ledger(job)).toBeUndefined();
  });

  it('because of the login: the message was not refused', async () => {
    const closed = await startMailServer({ user: 'etis' });
    try {
      closed.behave({ at: 'auth', answer: 535 });
      const job = leasedJob();
      expect(await failure(job, { mail: closed.mail })).toEqual({ class: 'retry', error: expect.stringContaining('535') });
      expect(await ledger(job)).toBeUndefined();

      closed.behave(null);
      await attempt({ ...job, attempt: 2 }, { mail: closed.mail });
      expect(closed.accepted).toHaveLength(1);
    } finally {
      await closed.close();
    }
  });
});

describe('a server that goes away', () => {
  it.each<[string, Behaviour]>([
    ['before its greeting', { at: 'connect', answer: 'cut' }],
    ['at MAIL', { at: 'mail', answer: 'cut' }],
    ['at RCPT', { at: 'rcpt', answer: 'cut' }],
  ])('%s got nothing: the mail is sent again', async (_name, behaviour) => {
    const job = leasedJob();
    server.behave(behaviour);
    expect(await failure(job)).toMatchObject({ class: 'retry' });
    expect(await ledger(job)).toBeUndefined();

    server.behave(null);
    await attempt({ ...job, attempt: 2 });
    expect(server.accepted).toHaveLength(1);
  });

  it('or is not there', async () => {
    const gone = await startMailServer();
    await gone.close();
    const job = leasedJob();
    expect(await failure(job, { mail: gone.mail })).toMatchObject({ class: 'retry', error: expect.stringContaining('ECONNREFUSED') });
    expect(await ledger(job)).toBeUndefined();
  });

  it('while the mark is written got nothing either, and the ledger says so', async () => {
    const job = leasedJob();
    const free = await lockLedger();
    const failing = failure(job);
    try {
      await free.waitedFor();
      await server.cutAndWait();
    } finally {
      await free.release();
    }
    expect(await failing).toMatchObject({ class: 'retry' });
    expect(await ledger(job)).toMatchObject({ state: 'refused' });

    await attempt({ ...job, attempt: 2 });
    expect(server.accepted).toHaveLength(1);
  });

  it('after the message and before its reply may have taken it: it is not sent again', async () => {
    const job = leasedJob();
    server.behave({ at: 'message', answer: 'cut' });
    expect(await failure(job)).toEqual({ class: 'terminal', error: expect.stringContaining('may have been sent') });
    expect(server.received).toHaveLength(1);
    expect(await ledger(job)).toMatchObject({ state: 'unknown' });

    server.behave(null);
    expect(await failure({ ...job, attempt: 2 })).toEqual({ class: 'terminal', error: expect.stringContaining('may have been sent') });
    expect(server.received).toHaveLength(1);
  });
});

describe('a worker that went away', () => {
  it('while it gave the message away leaves it unknown, and it is not sent again', async () => {
    const job = leasedJob();
    await database.db('workers').tenant(testContext({ tenant: 'acme' }), (tx) =>
      tx.query(
        `insert into send (tenant_id, job_id, channel, recipient, state, attempt, message_id)
         values ('acme', $1, 'email', 'ada@site.test', 'sending', 1, '<1@platform.test>')`,
        [job.id],
      ),
    );
    expect(await failure({ ...job, attempt: 2 })).toMatchObject({ class: 'terminal' });
    expect(await ledger(job)).toMatchObject({ state: 'unknown', response: expect.stringContaining('the worker ended') });
    expect(server.received).toEqual([]);
  });

  it('does not make two mails of one where it only seemed so', async () => {
    const job = leasedJob();
    const ends = await Promise.allSettled([attempt(job), attempt({ ...job, attempt: 2 })]);
    expect(server.accepted.length).toBeLessThanOrEqual(1);
    expect(ends.some(({ status }) => status === 'fulfilled')).toBe(server.accepted.length === 1);
  });

  it('lets the one that is at the ledger first send, and not the other, where both looked before', async () => {
    const job = leasedJob();
    const free = await lockLedger();
    const both = Promise.allSettled([attempt(job), attempt({ ...job, attempt: 2 })]);
    try {
      await free.waitedFor(2);
    } finally {
      await free.release();
    }
    const ends = await both;
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(ends.find((end) => end.status === 'rejected')?.reason).toMatchObject({
      message: expect.stringContaining('another attempt'),
    });
    expect(server.accepted).toHaveLength(1);
    expect(await ledger(job)).toMatchObject({ state: 'sent' });
  });
});

describe('a ledger that cannot be written', () => {
  afterEach(() => database.admin('workers')('alter table send drop constraint if exists broken'));

  it('sends nothing', async () => {
    const job = leasedJob();
    await database.admin('workers')("alter table send add constraint broken check (state <> 'sending')");
    expect(await failure(job)).toEqual({ class: 'retry', error: expect.stringContaining('broken') });
    expect(server.received).toEqual([]);
    expect(await ledger(job)).toBeUndefined();

    await database.admin('workers')('alter table send drop constraint broken');
    await attempt({ ...job, attempt: 2 });
    expect(server.accepted).toHaveLength(1);
  });

  it('after the send does not send again', async () => {
    const job = leasedJob();
    await database.admin('workers')("alter table send add constraint broken check (state <> 'sent')");
    expect(await failure(job)).toMatchObject({ class: 'retry' });
    expect(server.accepted).toHaveLength(1);

    await database.admin('workers')('alter table send drop constraint broken');
    expect(await failure({ ...job, attempt: 2 })).toMatchObject({ class: 'terminal' });
    expect(server.accepted).toHaveLength(1);
  });
});

/** Holds back who writes to the ledger, and only those: reading goes on. */
async function lockLedger(): Promise<{ waitedFor(count?: number): Promise<unknown>; release(): Promise<void> }> {
  const session = await openAdmin(adminAccessFromUrl(database.url));
  await session.query('begin');
  await session.query('lock table workers.send in share mode');
  return {
    waitedFor: (count = 1) =>
      eventually(async () => {
        const waiting = await session.query("select from pg_locks where not granted and relation = 'workers.send'::regclass");
        return waiting.length === count;
      }),
    async release() {
      await session.query('commit');
      await session.close();
    },
  };
}

const scripts: (() => void)[] = [];
afterAll(() => {
  for (const stop of scripts) stop();
});

/** A server that only knows lines, for a reply at the DATA command itself. */
async function startScript(replies: Record<string, string>): Promise<MailConfig> {
  const script = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.write('220 script.test ESMTP\r\n');
    let rest = '';
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const verb = line.split(' ')[0] ?? '';
        socket.write(`${replies[verb] ?? '250 script.test'}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => script.listen(0, '127.0.0.1', resolve));
  scripts.push(() => script.close());
  const address = script.address();
  return { ...server.mail, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

/** RFC 2047 words of a header. */
function decodeWords(header: string): string {
  const joined = header.replace(/\?=\s+=\?/g, '?==?');
  return joined.replace(/=\?utf-8\?([qb])\?([^?]*)\?=/gi, (_word, kind: string, text: string) =>
    Buffer.from(
      kind.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : Buffer.from(unquote(text.replaceAll('_', ' ')), 'latin1'),
    ).toString('utf8'),
  );
}

function unquote(text: string): string {
  return text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/gi, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
