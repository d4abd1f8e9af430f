import { rm } from 'node:fs/promises';
import type { AuditFinding } from '@etis/contracts/audit';
import { systemClock } from '@etis/kernel';
import { testContext } from '@etis/testing';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createAuditDesk } from '../index.ts';
import { type AuditStand, auditStand } from './audit-under-test.ts';
import { entryHash } from './entry-content.ts';
import { createFindings } from './findings.ts';
import { manipulations, type Target } from './manipulations.ts';

let stand: AuditStand;
beforeAll(async () => {
  stand = await auditStand();
});
afterEach(() => stand.clear());
afterAll(() => stand.drop());

const operator = testContext({ actor: { kind: 'operator', id: 'ada' } });
const verify = (now = systemClock.now()) => createAuditDesk({ ...stand, clock: { now: () => now } }).verify(operator);

const deed = fc.record({ domain: fc.constantFrom('garden' as const, 'orchard' as const), tenant: fc.constantFrom('acme', 'bolt') });
/** Several checkpoints: what one of them covers is done and sealed before the next. */
const history = fc.array(fc.array(deed, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 });

async function write(batches: readonly (readonly { domain: 'garden' | 'orchard'; tenant: string }[])[]): Promise<readonly Target[]> {
  let count = 0;
  for (const batch of batches) {
    for (const { domain, tenant } of batch) {
      count += 1;
      await stand.act(domain, tenant, `note.n${count}`);
    }
    await stand.sealUntil(count);
  }
  return (await stand.tamper(
    `select e.*, e.number::int as number, h.number::int as length from sealed_entry e join chain_head h using (chain) order by 1, 2`,
  )) as unknown as readonly Target[];
}

it.each(Object.entries(manipulations))('finds where %s', async (_, manipulate) => {
  await fc.assert(
    fc.asyncProperty(history, fc.nat(), async (batches, pick) => {
      await stand.clear();
      const entries = await write(batches);
      const target = entries[pick % entries.length];
      if (target === undefined) throw new Error('there is an entry');
      expect((await verify()).findings).toEqual([]);
      const expected = await manipulate(stand, target);
      fc.pre(expected !== null);
      const { findings } = await verify();
      const located = findings.some(
        ({ chain, number, kind }) => chain === expected?.chain && number === expected.number && expected.kinds.includes(kind),
      );
      expect(located, JSON.stringify({ target, expected, findings })).toBe(true);
    }),
    { numRuns: 6 },
  );
});

it('finds a chain that was written anew from somewhere on, with its rows, because it was signed', async () => {
  const entries = (await write([[deedOf('acme'), deedOf('acme')], [deedOf('acme')]])).filter(({ chain }) => chain === 'tenant/acme');
  let previous = entries[0]?.previous ?? '';
  for (const { chain, number, content, domain, row_id } of entries) {
    const text = content.replace('"action":"note', '"action":"mote');
    const hash = entryHash(previous, text);
    await stand.tamper('update sealed_entry set content = $3, previous = $4, hash = $5 where chain = $1 and number = $2', [
      ...[chain, number, text, previous, hash],
    ]);
    await stand.tamper('update chain_head set hash = $2 where chain = $1', [chain, hash]);
    await stand.tamper(`update ${domain}.audit_entry set action = replace(action, 'note', 'mote') where id = $1`, [row_id]);
    previous = hash;
  }
  const { findings } = await verify();
  expect(findings).toMatchObject([
    { chain: 'tenant/acme', number: 2, kind: 'changed' },
    { chain: 'tenant/acme', number: 3, kind: 'changed' },
  ]);
});

it('finds what was lost with an older backup, because it was shipped', async () => {
  await write([[deedOf('acme')]]);
  const before = await stand.tamper('select * from checkpoint');
  await stand.act('garden', 'acme', 'note.later');
  await stand.sealUntil(2);
  await stand.tamper(`delete from checkpoint where number > ${before.length}; delete from sealed_entry where number = 2;
    update chain_head h set number = 1, hash = e.hash, checkpointed = 1 from sealed_entry e where e.chain = h.chain and e.number = 1`);
  await stand.tamper("delete from garden.audit_entry where action = 'note.later'");
  const { findings } = await verify();
  expect(findings).toContainEqual({
    chain: 'checkpoint',
    number: before.length + 1,
    kind: 'truncated',
    detail: 'It was shipped, and the database does not have it.',
  });
  expect(findings).toContainEqual(expect.objectContaining({ chain: 'tenant/acme', number: 2, kind: 'truncated' }));

  // It goes on from there, and what is shipped from now on does not hide it.
  await stand.act('garden', 'acme', 'note.anew');
  await stand.sealUntil(2);
  expect((await verify()).findings).toContainEqual(
    expect.objectContaining({ chain: 'checkpoint', number: before.length + 1, kind: 'checkpoint-invalid' }),
  );
});

it('misses the file only once it had the time to be written', async () => {
  await write([[deedOf('acme')]]);
  await rm(stand.file);
  expect((await verify()).findings).toEqual([]);
  expect((await verify(systemClock.now() + 120_000)).findings).toMatchObject([
    { chain: 'checkpoint', number: 1, kind: 'checkpoint-invalid' },
  ]);
});

it('verifies while sealing goes on, and answers all who ask meanwhile alike', async () => {
  const sealing = stand.sealing();
  let isOver = false;
  const writing = (async () => {
    for (let index = 0; index < 40; index += 1) {
      await stand.act('garden', index % 2 ? 'acme' : 'bolt', `note.n${index}`);
      await sealing.round();
    }
    isOver = true;
  })();
  while (!isOver) expect((await verify()).findings).toEqual([]);
  await writing;
  const desk = createAuditDesk({ ...stand, clock: systemClock });
  const [one, other] = await Promise.all([desk.verify(operator), desk.verify(operator)]);
  expect(one).toEqual(other);
  expect(one.id).toBe(other.id);
});

it('says so of a domain that it cannot compare', async () => {
  await write([[deedOf('acme')]]);
  const sources = stand.sources.filter(({ domain }) => domain !== 'garden');
  const { findings } = await createAuditDesk({ ...stand, sources, clock: systemClock }).verify(operator);
  expect(findings).toMatchObject([{ chain: 'tenant/acme', number: null, kind: 'source-missing' }]);
});

it('lists so many findings and counts the others', () => {
  const findings = createFindings();
  const all = Array.from({ length: 510 }, (_, index): AuditFinding => ({ chain: 'c', number: index, kind: 'changed', detail: 'It is.' }));
  for (const finding of [...all, ...all.slice(0, 100)]) findings.add(finding);
  expect(findings.list()).toHaveLength(500);
  expect(findings.list().at(-1)?.detail).toBe('It is. 10 more findings are not listed.');
});

function deedOf(tenant: string) {
  return { domain: 'garden' as const, tenant };
}
