import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AskedJob, acme, bolt, createNudgeStand, type NudgeStand, reportOf } from '../../fixtures/nudge-stand.ts';
import type { nudge } from '../index.ts';

let stand: NudgeStand;
beforeAll(async () => {
  stand = await createNudgeStand();
});
afterAll(() => stand.drop());
beforeEach(() => stand.clear());

type RuleInput = Parameters<(typeof nudge.operations)['document-rules.set']['run']>[0];
const plain: RuleInput = { id: 'keep', actions: ['text', 'store'] };
const set = (rule: Partial<RuleInput> = {}, context = acme) => stand.host.call(context, 'document-rules.set', { ...plain, ...rule });
const documents = async (context = acme) => (await stand.host.call(context, 'documents.list', {})).items;
const jobs = async () => (await stand.asked()).jobs;

const data = { name: 'Plan A.pdf', mimeType: 'application/pdf', contentUrl: 'https://files.example.com/plan-a.pdf?v=2' };
const result = {
  bytes: 1_234,
  sha256: 'ab'.repeat(32),
  mimeType: 'application/pdf',
  stored: 'ab'.repeat(32),
  text: { chars: 5, excerpt: 'Plan\u0000A', stored: 'cd'.repeat(32) },
  metadata: { title: 'Plan \ud800 A' },
  warnings: ['The first page is empty.'],
};

describe('a new version of a document', () => {
  it('becomes a job by each rule that it meets, and what it found is shown', async () => {
    await set();
    const event = stand.event({ data });
    await stand.handle(event);
    const [job, ...others] = await jobs();
    expect(others).toEqual([]);
    expect(job).toMatchObject({
      kind: 'document',
      tenant: 'acme',
      cause: event.id,
      reportTo: 'nudge',
      payload: { source: { url: data.contentUrl }, name: 'Plan A.pdf', mimeType: 'application/pdf', actions: ['store', 'text'] },
    });
    const [document] = await documents();
    expect(document).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      rule: 'keep',
      event: event.id,
      name: 'Plan A.pdf',
      url: data.contentUrl,
      actions: ['store', 'text'],
      state: 'requested',
      reason: null,
      requestedAt: '2026-01-02T03:04:05.000Z',
      endedAt: null,
      findings: null,
    });
    stand.clock.at += 60_000;
    await stand.handle(reportOf(stand, job as AskedJob, { result }));
    const [after] = await documents();
    expect(after).toMatchObject({ state: 'done', reason: null, endedAt: '2026-01-02T03:05:05.000Z', findings: { ...result } });
  });

  it('is asked for once per rule, however often it comes', async () => {
    await set();
    await set({ id: 'other', actions: ['checksum'] });
    const event = stand.event({ data });
    await stand.handle(event, event);
    expect([(await jobs()).length, (await documents()).map((document) => document.rule).sort()]).toEqual([2, ['keep', 'other']]);
  });

  it.each([
    ['document.version.added', 'tower', {}, true],
    ['document.version.added', 'tower', { eventType: 'document.version.*' }, true],
    ['document.version.added', 'tower', { eventType: 'document.*' }, true],
    ['document.version.deleted', 'tower', { eventType: 'document.*' }, false],
    ['document.version.added', 'tower', { project: 'tower' }, true],
    ['document.version.added', 'tower', { project: 'bridge' }, false],
    ['document.version.added', null, { project: 'tower' }, false],
    ['document.version.added', null, {}, true],
    ['document.version.added', 'tower', { enabled: false }, false],
    ['issue.created', 'tower', {}, false],
  ] as const)('%s of project %s and the rule %j: %s', async (type, project, rule, met) => {
    await set(rule);
    await stand.handle(stand.event({ type, project, data }));
    expect(await jobs()).toHaveLength(met ? 1 : 0);
  });

  it.each([
    undefined,
    null,
    '',
    7,
    'urn:adsk.wip:fs.file:vf.x',
    '/etc/passwd',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://x/\u0000',
  ])('whose event names no address is shown as refused: %j', async (contentUrl) => {
    await set();
    await stand.handle(stand.event({ data: { ...data, contentUrl } }));
    expect(await jobs()).toEqual([]);
    expect(await documents()).toMatchObject([
      { state: 'refused', url: null, reason: expect.stringContaining('no web address'), endedAt: null },
    ]);
  });

  it.each([
    [{ name: null }, { name: 'document' }],
    [{ name: 'a\r\nb\u0000\u202e.pdf' }, { name: 'document' }],
    [{ name: 'a\r\nb\u202e.pdf' }, { name: 'a b .pdf' }],
    [{ name: '../../etc/passwd' }, { name: '../../etc/passwd' }],
    [{ name: 'x'.repeat(900) }, { name: 'x'.repeat(500) }],
  ])('has a name of one line: %j', async (changes, expected) => {
    await set();
    await stand.handle(stand.event({ data: { ...data, ...changes } }));
    expect((await jobs())[0]?.payload).toMatchObject(expected);
  });

  it('is told of as well where a rule asks for both', async () => {
    await set();
    await stand.host.call(acme, 'rules.set', { id: 'mail', eventType: '*', recipients: ['a@example.com'], body: 'New' });
    await stand.handle(stand.event({ data }));
    expect((await jobs()).map((job) => job.kind)).toEqual(['email', 'document']);
  });
});

describe("a document's job", () => {
  async function asked(): Promise<AskedJob> {
    await set();
    await stand.handle(stand.event({ data }));
    return (await jobs())[0] as AskedJob;
  }

  it('that failed says why, and counts as done when a repeat succeeds, in either order', async () => {
    const job = await asked();
    const dead = reportOf(stand, job, { error: 'The server answered 404: there is no such document any more.' });
    await stand.handle(dead);
    expect(await documents()).toMatchObject([
      { state: 'failed', reason: expect.stringContaining('404'), endedAt: '2026-01-02T03:04:05.000Z' },
    ]);
    const done = reportOf(stand, job, { result });
    for (const event of [done, dead, done]) {
      await stand.handle(event);
      expect(await documents()).toMatchObject([{ state: 'done', reason: null, findings: { bytes: 1_234 } }]);
    }
  });

  it.each<[string, unknown, object]>([
    ['nothing', null, { bytes: null, text: null, metadata: null, warnings: [] }],
    [
      'nonsense',
      { bytes: -1, sha256: 7, text: 'x', warnings: [1, 'ok'] },
      { bytes: null, sha256: null, text: { excerpt: '' }, warnings: ['ok'] },
    ],
    [
      'too much metadata',
      { ...result, metadata: { x: 'x'.repeat(40_000) } },
      { metadata: null, warnings: [expect.any(String), expect.stringContaining('too large')] },
    ],
    ['too much text', { text: { chars: 1e6, excerpt: 'x'.repeat(50_000) } }, { text: { chars: 1e6, excerpt: 'x'.repeat(2_000) } }],
  ])('that reports %s is shown within bounds', async (_, reported, findings) => {
    await stand.handle(reportOf(stand, await asked(), { result: reported }));
    expect(await documents()).toMatchObject([{ state: 'done', findings }]);
  });

  it("stays its tenant's", async () => {
    const job = await asked();
    await stand.handle(reportOf(stand, job, { result, tenant: 'bolt' }));
    expect(await documents()).toMatchObject([{ state: 'requested' }]);
    expect(await documents(bolt)).toEqual([]);
    await stand.handle(stand.event({ data, tenant: 'bolt' }));
    expect([(await jobs()).length, await documents(bolt)]).toEqual([1, []]);
  });
});

describe('document rules', () => {
  it('are set, replaced, listed and deleted', async () => {
    const rule = { id: 'keep', eventType: 'document.version.added', project: null, actions: ['store', 'text'], enabled: true };
    expect(await set()).toEqual(rule);
    expect(await set({ actions: ['metadata', 'metadata'], project: 'tower', enabled: false })).toEqual({
      ...rule,
      actions: ['metadata'],
      project: 'tower',
      enabled: false,
    });
    expect((await stand.host.call(acme, 'document-rules.list', undefined)).items).toHaveLength(1);
    expect(await stand.host.call(acme, 'document-rules.delete', { id: 'keep' })).toEqual({ deleted: true });
    expect(await stand.host.call(acme, 'document-rules.delete', { id: 'keep' })).toEqual({ deleted: false });
  });

  it.each<[object, string]>([
    [{ eventType: '*' }, 'NUDGE_DOCUMENT_TYPE_INVALID'],
    [{ eventType: 'issue.*' }, 'NUDGE_DOCUMENT_TYPE_INVALID'],
    [{ eventType: 'document.version.deleted' }, 'NUDGE_DOCUMENT_TYPE_INVALID'],
    [{ eventType: 'document' }, 'NUDGE_DOCUMENT_TYPE_INVALID'],
    [{ eventType: 'document.*.added' }, 'NUDGE_DOCUMENT_TYPE_INVALID'],
    [{ actions: [] }, 'RUNTIME_INPUT_INVALID'],
    [{ actions: ['burn'] }, 'RUNTIME_INPUT_INVALID'],
    [{ more: 1 }, 'RUNTIME_INPUT_INVALID'],
  ])('are refused: %j', async (wrong, code) => {
    await expect(set(wrong as Partial<RuleInput>)).rejects.toMatchObject({ code, retryable: false });
    expect(await stand.count('document_rule')).toBe(0);
  });

  it('have a limit per tenant', async () => {
    for (let n = 0; n < 20; n += 1) await set({ id: `r${n}` });
    await expect(set({ id: 'one-more' })).rejects.toMatchObject({ code: 'NUDGE_DOCUMENT_RULES_FULL' });
    expect(await set({}, bolt)).toMatchObject({ id: 'keep' });
  });

  it('have documents that are listed in pages', async () => {
    await set();
    await stand.handle(stand.event({ data }), stand.event({ data }), stand.event({ data }));
    const first = await stand.host.call(acme, 'documents.list', { limit: 2 });
    const second = await stand.host.call(acme, 'documents.list', { limit: 2, cursor: first.next ?? '' });
    expect([first.items.length, second.items.length, second.next]).toEqual([2, 1, null]);
    await expect(stand.host.call(acme, 'documents.list', { cursor: 'x' })).rejects.toMatchObject({ code: 'NUDGE_CURSOR_MALFORMED' });
  });
});
