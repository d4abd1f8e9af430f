import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type MailServer, startMailServer } from '../../testing/mail-server.ts';
import { type OutgoingMail, sendOverSmtp } from './smtp.ts';

const message: OutgoingMail = {
  to: 'ada@site.test',
  subject: 'Plan A',
  text: 'It was added.',
  messageId: '<1@platform.test>',
  job: 'job-1',
};
const unmarked = async () => {};

let server: MailServer;
beforeAll(async () => {
  server = await startMailServer();
});
afterAll(() => server.close());
beforeEach(() => server.reset());

it("resolves to the server's last words", async () => {
  expect(await sendOverSmtp({ mail: server.mail, message, onData: unmarked })).toMatch(/^250 .*taken as number 42/);
});

it('gives the envelope and the headers that a machine owes', async () => {
  await sendOverSmtp({ mail: server.mail, message, onData: unmarked });

  const [mail] = server.accepted;
  expect(mail).toMatchObject({ from: 'etis@platform.test', to: ['ada@site.test'] });
  for (const header of [
    'From: etiS <etis@platform.test>',
    'To: ada@site.test',
    'Subject: Plan A',
    'Message-ID: <1@platform.test>',
    'Auto-Submitted: auto-generated',
    'X-Etis-Job: job-1',
  ]) {
    expect(mail?.source.split('\r\n')).toContain(header);
  }
  expect(mail?.source).toMatch(/\r\n\r\nIt was added\.\r\n$/);
});

it('does not take an address for two', async () => {
  const sending = sendOverSmtp({ mail: server.mail, message: { ...message, to: 'ada@site.test>, <bob@site.test' }, onData: unmarked });
  await expect(sending).rejects.toMatchObject({ outcome: 'terminal', marked: false });
  expect(server.received).toEqual([]);
});

it('does not end the message at a dot on a line of its own', async () => {
  await sendOverSmtp({ mail: server.mail, message: { ...message, text: 'one\n.\nQUIT\n..two' }, onData: unmarked });
  expect(server.accepted[0]?.source).toContain('one\r\n.\r\nQUIT\r\n..two');
});

it('calls onData once, and not before the server agreed', async () => {
  let calls = 0;
  const onData = async () => {
    calls += 1;
  };
  server.behave({ at: 'rcpt', answer: 550 });
  await expect(sendOverSmtp({ mail: server.mail, message, onData })).rejects.toMatchObject({ outcome: 'terminal', marked: false });
  expect(calls).toBe(0);

  server.reset();
  await sendOverSmtp({ mail: server.mail, message, onData });
  expect(calls).toBe(1);
});

it('ends the line without a byte of the message where onData fails', async () => {
  const onData = () => Promise.reject(new Error('the disk is full'));
  await expect(sendOverSmtp({ mail: server.mail, message, onData })).rejects.toMatchObject({
    message: 'the disk is full',
    outcome: 'retry',
    marked: false,
  });
  expect(server.received).toEqual([]);
});

it('waits for the mark where the line is lost meanwhile, and knows that nothing was sent', async () => {
  const mark = Promise.withResolvers<void>();
  let told = false;
  const reached = Promise.withResolvers<void>();
  const sending = sendOverSmtp({
    mail: server.mail,
    message,
    onData() {
      reached.resolve();
      return mark.promise;
    },
  }).finally(() => {
    told = true;
  });
  const failed = expect(sending).rejects.toMatchObject({ outcome: 'retry', marked: true });
  await reached.promise;
  await server.cutAndWait();
  expect(told).toBe(false);
  mark.resolve();
  await failed;
  expect(server.received).toEqual([]);
});
