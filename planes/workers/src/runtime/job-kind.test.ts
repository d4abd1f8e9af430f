import { expect, it } from 'vitest';
import { loadJobKind } from './job-kind.ts';

const module = (path: string) => new URL(path, import.meta.url).href;

it('loads the kind that a module exports', async () => {
  expect(await loadJobKind(module('../kinds/email/email.ts'))).toMatchObject({ kind: 'email', timeLimitMs: 60_000 });
});

it('says which module exports none', async () => {
  await expect(loadJobKind(module('../domain.ts'))).rejects.toThrow(/domain\.ts exports no jobKind/);
});
