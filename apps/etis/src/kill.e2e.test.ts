import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Flow } from '@etis/contracts/flow';
import { silentLog } from '@etis/kernel';
import { type DatabaseAccess, type Domain, type DomainDb, openDomain } from '@etis/postgres';
import { spineDomain } from '@etis/spine';
import { eventually, testContext } from '@etis/testing';
import { workersDomain } from '@etis/workers';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { autodeskSignature, versionAddedBody } from './demonstration/autodesk-sender.ts';
import { type DemonstrationTenant, demonstrationTenants } from './demonstration/tenants.ts';
import { installations } from './platform/installations.ts';
import { createInstallation, type Installation, postmasterOf, type RunningEtis } from './testing/running-etis.ts';

const deliveries = 500;
const senders = 8;
/** How many of each; every kill happens after a random number of accepted deliveries. */
const kills = { platform: 3, postgres: 2 };

let etis: Installation;
let running: RunningEtis;
let mailServer: SMTPServer;
const mailed: string[] = [];

beforeAll(async () => {
  mailServer = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      let text = '';
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      stream.on('end', () => {
        mailed.push(/^Subject: (\S+)/m.exec(text)?.[1] ?? text);
        done();
      });
    },
  });
  // Workers die in the middle of a conversation here; that their line breaks is the subject and not an error of the server.
  mailServer.on('error', () => undefined);
  await new Promise<void>((ready) => mailServer.listen(0, '127.0.0.1', ready));
  const address = mailServer.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  etis = await createInstallation({ ETIS_SMTP_URL: `smtp://127.0.0.1:${port}`, ETIS_MAIL_FROM: 'etis@example.com' });
  running = await etis.up();
});

afterAll(async () => {
  await running.end('SIGINT');
  await new Promise<void>((closed) => mailServer.close(closed));
  await etis.remove();
});

/** A delivery that its sender tried until it got an answer of 2xx. */
interface Accepted {
  readonly name: string;
  readonly tenant: DemonstrationTenant;
  readonly id: string;
  readonly tries: number;
}

async function sendUntilAccepted(number: number, secret: string): Promise<Accepted> {
  const tenant = demonstrationTenants[number % demonstrationTenants.length] as DemonstrationTenant;
  const name = `kill-${String(number).padStart(4, '0')}.dwg`;
  const body = versionAddedBody({ tenant, name, version: 1 });
  const headers = { 'content-type': 'application/json', 'x-adsk-signature': autodeskSignature(body, secret) };
  let tries = 0;
  let id = '';
  await eventually(
    async () => {
      tries += 1;
      const answer = await fetch(`${etis.url}/hooks/autodesk`, { method: 'POST', headers, body, signal: AbortSignal.timeout(5_000) }).catch(
        () => null,
      );
      if (answer === null || !answer.ok) {
        await answer?.body?.cancel();
        return false;
      }
      id = ((await answer.json()) as { id: string }).id;
      return true;
    },
    { timeoutMs: 60_000 },
  );
  return { name, tenant, id, tries };
}

it('handles every accepted delivery once and in order, whatever is killed', { timeout: 300_000 }, async () => {
  const { secret } = await etis.secret();
  const accepted: Accepted[] = [];
  const plan = [...Array(kills.platform).fill('platform'), ...Array(kills.postgres).fill('postgres')]
    .map((victim: keyof typeof kills) => ({ victim, after: randomInt(20, deliveries - 20) }))
    .toSorted((one, other) => one.after - other.after);
  let killing = Promise.resolve();
  let next = 0;

  async function kill(victim: keyof typeof kills): Promise<void> {
    if (victim === 'postgres') {
      // It may be down at this moment, when the platform was killed before; then there is nothing to kill.
      const pid = await postmasterOf(etis.home);
      if (pid !== null) process.kill(pid, 'SIGKILL');
      return;
    }
    await running.end('SIGKILL');
    running = await etis.up();
  }

  async function sender(): Promise<void> {
    while (next < deliveries) {
      accepted.push(await sendUntilAccepted(next++, secret));
      if (accepted.length >= (plan[0]?.after ?? Number.POSITIVE_INFINITY)) {
        const { victim } = plan.shift() as (typeof plan)[number];
        killing = killing.then(() => kill(victim));
      }
    }
  }

  await Promise.all(Array.from({ length: senders }, sender));
  await killing;

  const access = JSON.parse(await readFile(join(etis.home, 'credentials/database.json'), 'utf8')) as DatabaseAccess;
  const open = (domain: Domain): DomainDb => openDomain({ domain, access, log: silentLog });
  const spine = open(spineDomain);
  const workers = open(workersDomain);
  const clusters = installations.map(({ cluster, domain }) => ({ cluster, db: open(domain) }));

  try {
    const count = async (sql: string) => Number((await spine.statement<{ n: string }>(sql))[0]?.n);
    await eventually(
      async () =>
        (await count('select count(*) n from inbox where position > (select inbox_position from router_cursor)')) === 0 &&
        (await count('select count(*) n from lane l join lane_progress p on p.lane_id = l.id where l.head > p.position')) === 0 &&
        (await count("select count(*) n from parked where state = 'parked'")) === 0 &&
        (await count('select count(*) n from event where cause_id is null')) === deliveries &&
        (await count('select count(*) n from job')) === deliveries &&
        (await count("select count(*) n from job where state in ('ready', 'leased')")) === 0,
      { timeoutMs: 120_000 },
    );

    const handled: string[] = [];
    const orderedByLane: boolean[] = [];
    for (const tenant of demonstrationTenants) {
      const context = { ...testContext(), tenant: tenant.id };
      const place = clusters.find(({ cluster }) => cluster.tier === tenant.tier);
      const notifications =
        (await place?.db.tenant(context, (tx) =>
          tx.query<{ event_id: string; subject: string; requested_at: Date }>(
            'select event_id, subject, requested_at from notification order by requested_at',
          ),
        )) ?? [];
      handled.push(...notifications.map(({ subject }) => subject.split(' ')[0] ?? ''));
      const events = await spine.statement<{ id: string }>(
        'select id from event where tenant_id = $1 and cause_id is null order by position',
        [tenant.id],
      );
      const at = new Map(notifications.map((notification) => [notification.event_id, notification.requested_at.getTime()]));
      const times = events.map(({ id }) => at.get(id) ?? Number.NaN);
      orderedByLane.push(times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0)));
    }

    const ledger = new Map<string, number>();
    for (const tenant of demonstrationTenants) {
      const rows = await workers.tenant({ ...testContext(), tenant: tenant.id }, (tx) =>
        tx.query<{ state: string; n: string }>('select state, count(*) n from send group by state'),
      );
      for (const { state, n } of rows) ledger.set(state, (ledger.get(state) ?? 0) + Number(n));
    }
    const flow = (await etis.get<Flow>(`/api/v1/flows/${accepted[0]?.id}`)).body;

    const counts = {
      accepted: new Set(accepted.map(({ id }) => id)).size,
      handled: handled.length,
      mails: mailed.length,
      mailsRepeated: mailed.length - new Set(mailed).size,
      sendsUnknown: ledger.get('unknown') ?? 0,
      deadLetters: await count("select count(*) n from parked where state = 'dead'"),
      retriedBySender: accepted.filter(({ tries }) => tries > 1).length,
      ...kills,
    };
    process.stdout.write(`kill test: ${JSON.stringify(counts)}\n`);

    expect(handled.toSorted()).toEqual(accepted.map(({ name }) => name).toSorted());
    expect(orderedByLane).toEqual([true, true, true]);
    expect(counts).toMatchObject({ accepted: deliveries, handled: deliveries, mailsRepeated: 0, deadLetters: 0 });
    // A mail whose outcome a crash hid is flagged and not repeated; every other one arrived.
    expect(ledger.get('sent')).toBe(deliveries - counts.sendsUnknown);
    expect(counts.mails).toBeGreaterThanOrEqual(deliveries - counts.sendsUnknown);
    expect(flow.settled).toBe(true);
  } finally {
    await Promise.all([spine, workers, ...clusters.map(({ db }) => db)].map((db) => db.close()));
  }
});
