import type { AuditFinding } from '@etis/contracts/audit';
import type { Actor } from '@etis/contracts/context';
import { Type } from 'typebox';
import { integer, list, named, nullable, oneOf, text, time, uuid } from '../schemas.ts';

const findingKinds = [
  'changed',
  'removed',
  'inserted',
  'reordered',
  'truncated',
  'checkpoint-invalid',
  'source-changed',
  'source-missing',
] as const satisfies readonly AuditFinding['kind'][];

export const sealedEntryReply = named(
  'SealedEntry',
  Type.Object({
    chain: Type.String({ description: '"platform", or "tenant/" and the id of a tenant' }),
    number: Type.Integer({ description: '1, 2, 3, … without a gap in each chain' }),
    hash: Type.String({ description: 'SHA-256 over the hash before and what the entry says' }),
    previous: Type.String({ description: 'the hash of the entry before; of the first it is all zeros' }),
    domain: Type.String({ description: 'in whose database it was done' }),
    row: Type.String({ description: 'the id of the row there' }),
    tenant: nullable(text),
    actor: Type.Unsafe<Actor>(Type.Object({ kind: oneOf(['operator', 'system', 'connection', 'anonymous']), id: text })),
    action: text,
    target: Type.String({ description: 'what it was done to, or *' }),
    reason: nullable(text),
    at: time,
    sealedAt: time,
    erased: Type.Boolean({
      description: 'whether what it said of persons can be read by nobody any more, because the key of its tenant was destroyed',
    }),
  }),
);

export const verificationReply = named(
  'AuditVerification',
  Type.Object({
    id: uuid,
    state: oneOf(['running', 'done'], { description: 'only once it is done no findings mean that nothing was changed' }),
    startedAt: time,
    total: Type.Integer({ description: 'how many entries there were when it began' }),
    chains: integer,
    entries: Type.Integer({ description: 'that were checked' }),
    rows: Type.Integer({ description: 'rows of the domains that were looked for in the chains' }),
    checkpoints: integer,
    unsealed: Type.Object({
      rows: Type.Integer({ description: 'written and not sealed yet' }),
      oldestMs: Type.Integer({ description: 'the age of the oldest of them, in milliseconds' }),
    }),
    findings: list(
      named(
        'AuditFinding',
        Type.Object({
          chain: Type.String({ description: 'the chain, or "checkpoint"' }),
          number: Type.Unsafe<number | null>({ ...nullable(integer), description: 'the entry or the checkpoint, where it is about one' }),
          kind: oneOf(findingKinds),
          detail: text,
        }),
      ),
    ),
  }),
);

const hash = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

export const exampleEntry = {
  chain: 'tenant/arbor-construction',
  number: 12,
  hash,
  previous: '60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752',
  domain: 'control',
  row: '019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71',
  tenant: 'arbor-construction',
  actor: { kind: 'operator' as const, id: 'local' },
  action: 'tenant.suspend',
  target: 'tenant/arbor-construction',
  reason: 'They asked for it.',
  at: '2026-11-02T09:30:00.041207Z',
  sealedAt: '2026-11-02T09:30:00.412Z',
  erased: false,
};

export const exampleVerification = {
  id: '019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a72',
  state: 'done' as const,
  startedAt: '2026-11-02T09:31:00.000Z',
  total: 1_204,
  chains: 4,
  entries: 1_204,
  rows: 1_204,
  checkpoints: 311,
  unsealed: { rows: 1, oldestMs: 210 },
  findings: [
    {
      chain: 'tenant/arbor-construction',
      number: 12,
      kind: 'source-changed' as const,
      detail: 'It was made of row 019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71 of "control", which says something else now.',
    },
  ],
};
