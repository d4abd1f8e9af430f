import { createHmac } from 'node:crypto';
import type { EventSummary, Flow, LaneDepth, Page, UnmatchedSummary } from '@etis/contracts/flow';
import { eventually } from '@etis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Conversation } from './commands/demo-conversation.ts';
import { autodeskSignature, deliver, versionAddedBody } from './demonstration/autodesk-sender.ts';
import type { ReceivedMessage } from './demonstration/graph-endpoint.ts';
import type { SentMail } from './demonstration/mail-sink.ts';
import { type DemonstrationTenant, demonstrationTenants } from './demonstration/tenants.ts';
import { createInstallation, type Installation, type RunningEtis } from './testing/running-etis.ts';

const [arbor, meridian] = demonstrationTenants as [DemonstrationTenant, DemonstrationTenant, DemonstrationTenant];

describe.each(['each', 'one'])('one event through the running platform, databases: %s', (databases) => {
  let etis: Installation;
  let running: RunningEtis;

  beforeAll(async () => {
    etis = await createInstallation({ ETIS_DATABASES: databases });
    running = await etis.up();
  });
  afterAll(async () => {
    await running.end('SIGINT');
    await etis.remove();
  });

  const post = async (body: string | Buffer, headers: Record<string, string>, connection = 'autodesk') => {
    const response = await fetch(`${etis.url}/hooks/${connection}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      body: (await response.json()) as Record<string, string>,
    };
  };
  const signed = async (body: string) => ({ 'x-adsk-signature': autodeskSignature(body, (await etis.secret()).secret) });
  const steps = (flow: Flow) => flow.steps.map(({ step }) => step);
  const settled = async (id: string): Promise<Flow> => {
    let flow: Flow | undefined;
    // A flow that was handled goes on in the cluster's outbox: at rest it has a job that is done, or ended before any lane.
    const asked = async () => {
      flow = (await etis.get<Flow>(`/api/v1/flows/${id}`)).body;
      return flow.settled && (steps(flow).includes('job-done') || steps(flow).includes('unmatched'));
    };
    await eventually(asked, { timeoutMs: 15_000 }).catch((cause: unknown) => {
      throw new Error(`not settled: ${JSON.stringify(flow)}\n${running.printed()}`, { cause });
    });
    return flow as Flow;
  };
  const mails = async () => (await etis.get<{ items: SentMail[] }>('/api/v1/sent?limit=1000')).body.items;

  it('prints where it listens, and shows the credential at the first start only', () => {
    expect(running.printed()).toContain(`listens at ${etis.url}`);
    expect(running.printed()).toMatch(/etis_op_[\w-]{43}/);
    expect(running.printed()).toContain('npm run demo');
  });

  it('runs the demonstration to the mailbox', async () => {
    const { code, out, err } = await etis.run(['demo', '--json']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const report = JSON.parse(out) as { ok: boolean; missing: string[]; flow: Flow; delivered: { mail: SentMail } };
    expect(report).toMatchObject({ ok: true, missing: [], delivered: { mail: { to: [arbor.recipient] } } });
    for (const step of ['accepted', 'normalised', 'resolved', 'routed', 'handled', 'job-enqueued', 'job-done'])
      expect(steps(report.flow)).toContain(step);
  });

  it('runs the demonstration of a conversation up to the reply that was read', async () => {
    const { out } = await etis.run(['demo', '--json']);
    const { conversation } = JSON.parse(out) as { conversation: Conversation };
    const { person, number } = arbor.whatsapp;
    expect(conversation.reply).toMatchObject({
      direction: 'out',
      state: 'read',
      text: expect.stringContaining(`Hello ${arbor.whatsapp.personName}, ${arbor.name} has your message: "${conversation.text}"`),
      times: { accepted: expect.any(String), sent: expect.any(String), delivered: expect.any(String), read: expect.any(String) },
    });
    const flow = await settled(conversation.flow);
    const lanesOf = flow.steps.flatMap((step) => (step.step === 'routed' ? [step.lane] : []));
    expect(new Set(lanesOf)).toEqual(new Set([`${arbor.id}/nudge`]));
    const sent = await etis.run(['sent', '--json']);
    const { whatsapp } = JSON.parse(sent.out) as { whatsapp: ReceivedMessage[] };
    expect(whatsapp).toContainEqual(expect.objectContaining({ to: person, number, text: conversation.reply?.text }));
    expect((await etis.run(['sent'])).out).toContain(person);
  });

  it('sends the mail to the right person, once, also when Autodesk delivers again', async () => {
    const body = versionAddedBody({ tenant: meridian, name: `once-${databases}.rvt`, version: 3 });
    const first = await post(body, await signed(body));
    const second = await post(body, await signed(body));
    expect(first).toMatchObject({ status: 202, body: { outcome: 'accepted' } });
    expect(second).toMatchObject({ status: 202, body: { outcome: 'duplicate', id: first.body.id } });
    await settled(first.body.id ?? '');
    const found = (await mails()).filter(({ subject }) => subject.includes(`once-${databases}.rvt`));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ to: [meridian.recipient], subject: `once-${databases}.rvt is now at version 3` });
    expect(found[0]?.text).toContain('north-tunnel');
  });

  it('shows one tenant nothing of another', async () => {
    const body = versionAddedBody({ tenant: arbor, name: `private-${databases}.pdf`, version: 1 });
    const id = (await post(body, await signed(body))).body.id ?? '';
    const flow = await settled(id);
    const lanesOf = flow.steps.filter((step) => step.step === 'routed').map((step) => step.lane);
    expect(new Set(lanesOf)).toEqual(new Set([`${arbor.id}/nudge`]));
    const others = (await etis.get<Page<EventSummary>>(`/api/v1/events?tenant=${meridian.id}&limit=200`)).body.items;
    expect(others.filter((event) => event.tenant !== meridian.id || event.flow === id)).toEqual([]);
    const lanes = (await etis.get<{ items: LaneDepth[] }>(`/api/v1/lanes?tenant=${meridian.id}`)).body.items;
    expect(lanes.filter((lane) => lane.tenant !== meridian.id)).toEqual([]);
    expect((await mails()).filter((mail) => mail.subject.includes('private-') && !mail.to.includes(arbor.recipient))).toEqual([]);
  });

  describe('bad input', () => {
    const good = versionAddedBody({ tenant: arbor, name: 'bad-input.pdf', version: 1 });

    it.each<[string, Record<string, string>]>([
      ['no signature', {}],
      ['an empty one', { 'x-adsk-signature': '' }],
      ['a malformed one', { 'x-adsk-signature': 'sha1hash=zz' }],
      ['one of another scheme', { 'x-adsk-signature': `sha256=${'0'.repeat(64)}` }],
      ['one with another secret', { 'x-adsk-signature': `sha1hash=${createHmac('sha1', 'guess').update(good).digest('hex')}` }],
    ])('%s is 401', async (_, headers) => {
      const answer = await post(good, headers);
      expect(answer.status).toBe(401);
      expect(answer.type).toContain('application/problem+json');
      expect(answer.body).toMatchObject({ status: 401, code: expect.any(String) });
    });

    it('a signature over other bytes is 401', async () => {
      expect((await post(`${good} `, await signed(good))).status).toBe(401);
    });

    it('an unknown connection is 404', async () => {
      expect(await post(good, await signed(good), 'nobody')).toMatchObject({
        status: 404,
        type: expect.stringContaining('application/problem+json'),
      });
    });

    it('a body over the limit is 413', async () => {
      const big = 'x'.repeat(1_100_000);
      expect((await post(big, await signed(big))).status).toBe(413);
    });

    it.each([
      ['what is not JSON', '{"version": "1.0", ', 'unreadable'],
      ['no bytes at all', '', 'unreadable'],
      ['JSON of another shape', '[1, 2, 3]', 'unreadable'],
      ['an unknown event', good.replaceAll('dm.version.added', 'dm.version.exploded'), 'unknown-event'],
      [
        'a project of nobody',
        good.replaceAll(arbor.project, '00000000-0000-4000-8000-000000000000').replaceAll(arbor.hub, 'nobody'),
        'unresolved',
      ],
    ])('%s is accepted and kept with the reason', async (_, body, reason) => {
      const answer = await post(body, await signed(body));
      expect(answer.status).toBe(202);
      const flow = await settled(answer.body.id ?? '');
      expect(flow.steps).toContainEqual(expect.objectContaining({ step: 'unmatched', reason }));
      const listed = (await etis.get<Page<UnmatchedSummary>>('/api/v1/unmatched?limit=200')).body.items;
      expect(listed).toContainEqual(expect.objectContaining({ delivery: answer.body.id, reason }));
    });

    it.each([
      ['/api/v1/events', 401],
      ['/api/v1/sent', 401],
      ['/api/v1/config', 401],
      ['/nowhere', 404],
    ])('%s without a credential is %i', async (path, status) => {
      expect((await fetch(`${etis.url}${path}`)).status).toBe(status);
    });

    it('an unknown flow is 404, a malformed id or parameter 400', async () => {
      expect((await etis.get('/api/v1/flows/019a0000-0000-7000-8000-000000000000')).status).toBe(404);
      expect((await etis.get('/api/v1/flows/x')).status).toBe(400);
      expect((await etis.get('/api/v1/events?limit=0')).status).toBe(400);
      expect((await etis.get('/api/v1/events?sort=up')).status).toBe(400);
      expect((await etis.get('/api/v1/events?cursor=made-up')).status).toBe(400);
    });
  });

  it.each([
    ['status', /CHECK/],
    ['events', /document\.version\.added/],
    ['dead-letters', /No dead letters/],
    ['sent', /arbor-construction\.example/],
    ['evolution', /Event routing: direct/],
    ['config', /databaseUrl/],
  ])('etis %s shows it to people and, with --json, to machines', async (command, expected) => {
    await settled(
      await deliver({ url: etis.url, ...(await etis.secret()) }, versionAddedBody({ tenant: arbor, name: 'shown.pdf', version: 1 })),
    );
    const shown = await etis.run([command]);
    expect(shown).toMatchObject({ code: 0, err: '' });
    expect(shown.out).toMatch(expected);
    const data = await etis.run([command, '--json']);
    expect(data.code).toBe(0);
    expect(JSON.parse(data.out)).toBeTypeOf('object');
  });

  it('never shows a secret', async () => {
    const { secret } = await etis.secret();
    const everything = await Promise.all(
      ['status', 'config', 'connections', 'tenants', 'events'].map((path) => etis.get(`/api/v1/${path}`)),
    );
    expect(everything.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(JSON.stringify(everything)).not.toContain(secret);
    expect(running.printed()).not.toContain(secret);
  });
});
