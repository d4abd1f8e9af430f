import { existsSync } from 'node:fs';
import { isMainThread, workerData } from 'node:worker_threads';
import { Type } from 'typebox';
import { defineJobKind } from '../runtime/job-kind.ts';

/** The path of a file that keeps its threads from loading. */
const { setup } = (workerData ?? {}) as { setup?: { settings: { documents: { store: { path: string } } } } };

// A module that loads where kinds are looked up and, for as long as there is a file, not in a thread.
if (!isMainThread && existsSync(setup?.settings.documents.store.path ?? '')) throw new Error('this module does not load here');

/** A kind whose threads cannot start. */
export const jobKind = defineJobKind({
  kind: 'broken',
  schema: Type.Object({}),
  timeLimitMs: 30_000,
  needs: 'documents',
  async run() {
    return 'mended';
  },
});
