import { readFile, writeFile } from 'node:fs/promises';
import type { AuditFinding } from '@etis/contracts/audit';
import { uuidv7 } from '@etis/kernel';
import type { AuditStand } from './audit-under-test.ts';
import { entryHash } from './entry-content.ts';

/** An entry of the random chain that is to be manipulated, with the length of its chain. */
export interface Target {
  readonly chain: string;
  readonly number: number;
  readonly length: number;
  readonly domain: string;
  readonly row_id: string;
  readonly previous: string;
  readonly hash: string;
  readonly content: string;
}

/** Where a finding must be, and of what kind. */
interface Expected {
  readonly chain: string;
  readonly number: number | null;
  readonly kinds: readonly AuditFinding['kind'][];
}

/** What a superuser may do to the record; null where it does not apply to the entry. */
export type Manipulation = (stand: AuditStand, target: Target) => Promise<Expected | null>;

const where = 'chain = $1 and number = $2';
const at = (target: Target, ...kinds: AuditFinding['kind'][]): Expected => ({ chain: target.chain, number: target.number, kinds });
const key = ({ chain, number }: Target) => [chain, number] as const;
const forged = ({ content }: Target) => content.replace(/"action":"[^"]*"/, '"action":"note.forged"');

async function insertAfter(stand: AuditStand, target: Target): Promise<{ number: number; hash: string }> {
  const number = target.length + 1;
  const [last] = await stand.tamper('select hash from sealed_entry where chain = $1 and number = $2', [target.chain, target.length]);
  const row = uuidv7();
  const content = JSON.stringify({ ...JSON.parse(target.content), number, row });
  const hash = entryHash(String(last?.hash), content);
  const values = [target.chain, number, last?.hash, hash, target.domain, row, content];
  await stand.tamper('insert into sealed_entry values ($1, $2, $3, $4, $5, $6, $7)', values);
  return { number, hash };
}

export const manipulations: Readonly<Record<string, Manipulation>> = {
  async 'an entry says something else'(stand, target) {
    await stand.tamper(`update sealed_entry set content = $3 where ${where}`, [...key(target), forged(target)]);
    return at(target, 'changed');
  },
  async 'an entry says nothing that can be read'(stand, target) {
    await stand.tamper(`update sealed_entry set content = 'null' where ${where}`, [...key(target)]);
    return at(target, 'changed');
  },
  async 'an entry says something else and has the hash of it'(stand, target) {
    const hash = entryHash(target.previous, forged(target));
    await stand.tamper(`update sealed_entry set content = $3, hash = $4 where ${where}`, [...key(target), forged(target), hash]);
    return at(target, 'changed', 'source-changed');
  },
  async 'an entry has another hash'(stand, target) {
    await stand.tamper(`update sealed_entry set hash = repeat('a', 64) where ${where}`, [...key(target)]);
    return at(target, 'changed');
  },
  async 'an entry follows another'(stand, target) {
    await stand.tamper(`update sealed_entry set previous = repeat('a', 64) where ${where}`, [...key(target)]);
    return at(target, 'changed');
  },
  async 'an entry is of another row'(stand, target) {
    await stand.tamper(`update sealed_entry set row_id = $3 where ${where}`, [...key(target), uuidv7()]);
    return at(target, 'changed');
  },
  async 'an entry is gone'(stand, target) {
    await stand.tamper(`delete from sealed_entry where ${where}`, [...key(target)]);
    return at(target, target.number === target.length ? 'truncated' : 'removed');
  },
  async 'a chain ends early'(stand, target) {
    await stand.tamper('delete from sealed_entry where chain = $1 and number >= $2', [...key(target)]);
    return at(target, 'truncated');
  },
  async 'a chain ends early, and so says its head'(stand, target) {
    await stand.tamper('delete from sealed_entry where chain = $1 and number >= $2', [...key(target)]);
    if (target.number === 1) await stand.tamper('delete from chain_head where chain = $1', [target.chain]);
    else await stand.tamper('update chain_head set number = $2 - 1, hash = $3 where chain = $1', [...key(target), target.previous]);
    return at(target, 'truncated');
  },
  async 'two entries change places'(stand, target) {
    if (target.number === target.length) return null;
    const swap = 'update sealed_entry set number = $3 where chain = $1 and number = $2';
    const { chain, number } = target;
    for (const [from, to] of [
      [number, 1_000_000],
      [number + 1, number],
      [1_000_000, number + 1],
    ]) {
      await stand.tamper(swap, [chain, from, to]);
    }
    return at(target, 'reordered');
  },
  async 'an entry is in another chain'(stand, target) {
    await stand.tamper(`update sealed_entry set chain = 'tenant/other', number = 1 where ${where}`, [...key(target)]);
    return { chain: 'tenant/other', number: 1, kinds: ['reordered'] };
  },
  async 'an entry is added'(stand, target) {
    const { number } = await insertAfter(stand, target);
    return { chain: target.chain, number, kinds: ['inserted', 'source-missing'] };
  },
  async 'an entry is added, and so says the head'(stand, target) {
    const { number, hash } = await insertAfter(stand, target);
    await stand.tamper('update chain_head set number = $2, hash = $3 where chain = $1', [target.chain, number, hash]);
    return { chain: target.chain, number, kinds: ['source-missing'] };
  },
  async 'a head is another'(stand, target) {
    await stand.tamper("update chain_head set hash = repeat('b', 64) where chain = $1", [target.chain]);
    return { chain: target.chain, number: target.length, kinds: ['changed'] };
  },
  async 'a row says something else'(stand, target) {
    await stand.tamper(`update ${target.domain}.audit_entry set detail = '{"of": "nothing"}' where id = $1`, [target.row_id]);
    return at(target, 'source-changed');
  },
  async 'a row is of another tenant'(stand, target) {
    await stand.tamper(`update ${target.domain}.audit_entry set tenant_id = 'other' where id = $1`, [target.row_id]);
    return at(target, 'source-changed');
  },
  async 'a row is gone'(stand, target) {
    await stand.tamper(`delete from ${target.domain}.audit_entry where id = $1`, [target.row_id]);
    return at(target, 'source-missing');
  },
  async 'a row is added as if it were old'(stand, target) {
    await stand.tamper(
      `insert into ${target.domain}.audit_entry (id, tenant_id, actor_kind, actor_id, action, target, trace, xid)
       select '00000000-0000-7000-8000-000000000000', tenant_id, actor_kind, actor_id, 'note.planted', target, trace, xid
       from ${target.domain}.audit_entry where id = $1`,
      [target.row_id],
    );
    return { chain: target.chain, number: null, kinds: ['inserted'] };
  },
  async 'a checkpoint says something else'(stand) {
    await stand.tamper(
      `update checkpoint set payload = replace(payload, '"installation":"test"', '"installation":"best"') where number = 1`,
    );
    return { chain: 'checkpoint', number: 1, kinds: ['checkpoint-invalid'] };
  },
  async 'a checkpoint has another signature'(stand) {
    await stand.tamper("update checkpoint set signature = 'AAAA' where number = 1");
    return { chain: 'checkpoint', number: 1, kinds: ['checkpoint-invalid'] };
  },
  async 'a checkpoint is gone'(stand) {
    await stand.tamper('delete from checkpoint where number = 1');
    return { chain: 'checkpoint', number: 1, kinds: ['checkpoint-invalid', 'truncated'] };
  },
  async 'the last checkpoint is gone'(stand) {
    const [last] = await stand.tamper('delete from checkpoint where number = (select max(number) from checkpoint) returning number');
    return { chain: 'checkpoint', number: Number(last?.number), kinds: ['truncated'] };
  },
  async 'a line of the file says something else'(stand) {
    const text = await readFile(stand.file, 'utf8');
    await writeFile(stand.file, text.replace('\\"installation\\":\\"test\\"', '\\"installation\\":\\"best\\"'));
    return { chain: 'checkpoint', number: 1, kinds: ['checkpoint-invalid'] };
  },
  async 'a line of the file is none'(stand) {
    const text = await readFile(stand.file, 'utf8');
    await writeFile(stand.file, `{}\n${text}`);
    return { chain: 'checkpoint', number: null, kinds: ['checkpoint-invalid'] };
  },
  async 'the first line of the file is gone'(stand) {
    const text = await readFile(stand.file, 'utf8');
    const rest = text.slice(text.indexOf('\n') + 1);
    if (rest === '') return null;
    await writeFile(stand.file, rest);
    return { chain: 'checkpoint', number: 1, kinds: ['checkpoint-invalid'] };
  },
};
