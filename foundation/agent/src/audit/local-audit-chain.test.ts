import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalAuditContent, LocalAuditRow } from '@etis/contracts/audit';
import { silentLog, systemClock } from '@etis/kernel';
import { testContext } from '@etis/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalAuditChain, openLocalAuditChain } from './local-audit-chain.ts';
import { localAuditHash } from './local-audit-lines.ts';

let folder: string;
let opened: LocalAuditChain[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'etis-local-audit-'));
  opened = [];
});
afterEach(async () => {
  for (const chain of opened) await chain.close();
  await rm(folder, { recursive: true });
});

const context = testContext({ tenant: 'acme', actor: { kind: 'operator', id: 'ada' } });
const path = () => join(folder, 'local-audit.jsonl');

async function openChain(maxBytes?: number): Promise<LocalAuditChain> {
  const options = { folder, subscriber: 'worker.one', clock: systemClock, log: silentLog };
  const chain = await openLocalAuditChain(maxBytes === undefined ? options : { ...options, maxBytes });
  opened.push(chain);
  return chain;
}

const said = (row: LocalAuditRow) => JSON.parse(row.content) as LocalAuditContent;
const rowsOf = (chain: LocalAuditChain) => chain.waiting(1_000)?.rows ?? [];
const targets = (chain: LocalAuditChain) => rowsOf(chain).map((row) => said(row).target);
const record = (chain: LocalAuditChain, target: string) => chain.record(context, { action: 'note.add', target });

function expectChained(rows: readonly LocalAuditRow[], previous = '0'.repeat(64)): void {
  let last = previous;
  for (const row of rows) {
    expect(row.previous).toBe(last);
    expect(row.hash).toBe(localAuditHash(last, row.content));
    last = row.hash;
  }
}

describe('a local audit chain', () => {
  it('keeps who did what, in order, where only its owner can read it', async () => {
    const chain = await openChain();
    expect(chain.waiting(5)).toBeNull();
    await chain.record(context, { action: 'directive.break-glass', target: 'directive/1', reason: 'no way out' });
    await Promise.all(['a', 'b', 'c'].map((target) => record(chain, target)));

    expect(targets(chain)).toEqual(['directive/1', 'a', 'b', 'c']);
    expect(said(rowsOf(chain)[0] as LocalAuditRow)).toEqual({
      chain: expect.stringMatching(/^[0-9a-f-]{36}$/),
      subscriber: 'worker.one',
      number: 1,
      tenant: 'acme',
      actor: { kind: 'operator', id: 'ada' },
      action: 'directive.break-glass',
      target: 'directive/1',
      reason: 'no way out',
      trace: context.trace,
      at: expect.any(String),
    });
    expectChained(rowsOf(chain));
    expect(chain.waiting(2)).toMatchObject({ through: 2, rows: [{}, {}] });
    expect((await stat(path())).mode & 0o777).toBe(0o600);
  });

  it('goes on where an earlier process ended, and after what was taken', async () => {
    const first = await openChain();
    for (const target of ['a', 'b', 'c']) await record(first, target);
    const [, b] = rowsOf(first);
    await first.taken(2);
    await first.close();
    const second = await openChain();
    await record(second, 'd');
    expect(targets(second)).toEqual(['c', 'd']);
    expectChained(rowsOf(second), b?.hash);
    await second.taken(4);
    await second.taken(4);
    expect(second.waiting(5)).toBeNull();
    await record(second, 'e');
    expect(second.waiting(5)?.through).toBe(5);
  });

  it('refuses what does not fit, and takes more once something was taken', async () => {
    const chain = await openChain(2_000);
    let kept = 0;
    await expect(
      (async () => {
        for (;;) {
          await record(chain, `t${kept}`);
          kept += 1;
        }
      })(),
    ).rejects.toMatchObject({ code: 'AGENT_LOCAL_AUDIT_FULL' });
    expect(targets(chain)).toHaveLength(kept);
    expect((await stat(path())).size).toBeLessThanOrEqual(2_000);
    await chain.taken(kept);
    await record(chain, 'later');
    expect(targets(chain)).toEqual(['later']);
  });

  it('has every row that was confirmed, and no other, wherever the last write was cut off', async () => {
    const chain = await openChain();
    for (const target of ['a', 'b', 'c']) await record(chain, target);
    await chain.close();
    const whole = await readFile(path());
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), async (length) => {
        await writeFile(path(), whole.subarray(0, length));
        const lines = whole.subarray(0, length).toString().split('\n').length - 1;
        const again = await openChain();
        expect(targets(again)).toEqual(['a', 'b', 'c'].slice(0, Math.max(0, lines - 1)));
        await record(again, 'd');
        expectChained(rowsOf(again));
        await again.close();
        expect((await readdir(folder)).filter((name) => name.endsWith('.broken'))).toEqual([]);
      }),
      { numRuns: 30, examples: [[0], [1], [whole.length - 1], [whole.length]] },
    );
  });

  it.each<[string, (lines: string[]) => string[], string[]]>([
    ['a row was changed', ([anchor, a, b, c]) => [anchor, a, b?.replace('note.add', 'note.odd'), c] as string[], ['a']],
    ['a row was removed', ([anchor, a, , c]) => [anchor, a, c] as string[], ['a']],
    ['rows changed places', ([anchor, a, b, c]) => [anchor, b, a, c] as string[], []],
    ['a row is none', ([anchor, a, b]) => [anchor, a, b, 'null'] as string[], ['a', 'b']],
    ['the anchor is none', ([, ...rows]) => ['{}', ...rows], []],
  ])('sets the file aside where %s, and goes on', async (_, change, left) => {
    const chain = await openChain();
    for (const target of ['a', 'b', 'c']) await record(chain, target);
    await chain.close();
    const broken = `${change((await readFile(path(), 'utf8')).split('\n').slice(0, -1)).join('\n')}\n`;
    await writeFile(path(), broken);

    const again = await openChain();
    expect(targets(again)).toEqual(left);
    await record(again, 'd');
    expectChained(rowsOf(again));
    const [aside] = (await readdir(folder)).filter((name) => name.endsWith('.broken'));
    expect(await readFile(join(folder, aside ?? ''), 'utf8')).toBe(broken);
  });
});
