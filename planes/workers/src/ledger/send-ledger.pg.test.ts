import type { LeasedJob } from '@etis/contracts/jobs';
import { silentLog } from '@etis/kernel';
import { createTestDatabase, type TestDatabase } from '@etis/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { workersDomain } from '../domain.ts';
import { TerminalFailure } from '../runtime/job-kind.ts';
import { leasedJob } from '../testing/fake-jobs.ts';
import { createSendLedger } from './send-ledger.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ domains: [workersDomain] });
});
afterAll(() => database.drop());

const ledgerOf = (job: LeasedJob) =>
  createSendLedger({
    db: database.db('workers'),
    job,
    log: silentLog,
    send: { channel: 'email', recipient: 'ada@site.test', messageId: `<${job.id}@site.test>` },
  });

it('lets the end of an earlier attempt, told late, undo nothing', async () => {
  const first = leasedJob({ attempt: 1 });
  const [early, later] = [ledgerOf(first), ledgerOf({ ...first, attempt: 2 })];
  await early.begin();
  await early.end('refused', { response: '451 try again' });
  await later.begin();
  await later.end('sent', { response: '250 taken' });
  await early.end('refused', { response: '451 try again' });
  expect(await later.look()).toMatchObject({ response: '250 taken' });
});

it('takes what an earlier attempt had begun for unknown, and learns it when that attempt did end well', async () => {
  const first = leasedJob({ attempt: 1 });
  const [early, later] = [ledgerOf(first), ledgerOf({ ...first, attempt: 2 })];
  await early.begin();
  await expect(later.look()).rejects.toBeInstanceOf(TerminalFailure);
  await early.end('sent', { response: '250 taken' });
  expect(await later.look()).toMatchObject({ response: '250 taken' });
});

it('lets one attempt at a time give the message away', async () => {
  const first = leasedJob({ attempt: 1 });
  await ledgerOf(first).begin();
  await expect(ledgerOf({ ...first, attempt: 2 }).begin()).rejects.toThrow('another attempt');
});

it('keeps the words of a server that answers what no column takes', async () => {
  const ledger = ledgerOf(leasedJob());
  await ledger.begin();
  await ledger.end('sent', { response: '250 \u0000 fine' });
  expect(await ledger.look()).toMatchObject({ response: '250 \ufffd fine' });
});

it('takes the message id of the outside system where it gives one, and no later end undoes what was proved to be sent', async () => {
  const job = leasedJob();
  const ledger = ledgerOf(job);
  await ledger.begin();
  await ledger.end('sent', { response: 'accepted', messageId: 'wamid.1' });
  await ledger.end('unknown', { response: 'late' });
  expect(await ledger.look()).toEqual({ messageId: 'wamid.1', response: 'accepted' });
});
