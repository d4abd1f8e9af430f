import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Service, silentLog } from '@etis/kernel';
import { createTestDatabase, type TestDatabase } from '@etis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workersDomain } from '../../domain.ts';
import { createWorkers } from '../../runtime/workers.ts';
import { createFolderStore } from '../../store/folder-store.ts';
import { createFakeJobs, type FakeJobs } from '../../testing/fake-jobs.ts';
import { type DocumentWorkshop, openDocumentWorkshop } from './fixtures/document-job.ts';
import { docxFile } from './fixtures/office-file.ts';
import { pdfFile } from './fixtures/pdf-file.ts';

let database: TestDatabase;
let workshop: DocumentWorkshop;
let folder: string;
let jobs: FakeJobs;
let workers: Service;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'etis-document-'));
  [database, workshop] = await Promise.all([createTestDatabase({ domains: [workersDomain] }), openDocumentWorkshop()]);
  jobs = createFakeJobs();
  workers = createWorkers({
    jobs,
    access: database.access,
    settings: {
      mail: null,
      whatsapp: null,
      http: null,
      documents: { store: { kind: 'folder', path: folder }, allowPrivate: ['127.0.0.0/8'], limits: { maxUnpackedBytes: 1_000_000 } },
    },
    log: silentLog,
    options: { kinds: [new URL('./document.ts', import.meta.url)], heavyThreads: 1, logLevel: 'silent' },
  });
  await workers.start();
});
afterAll(async () => {
  await workers.stop();
  await Promise.all([database.drop(), workshop.close(), rm(folder, { recursive: true })]);
});

const document = (payload: unknown) => jobs.ended(jobs.add({ kind: 'document', payload }));
const every = ['store', 'checksum', 'text', 'metadata'];

describe('a document job in a worker', () => {
  it('fetches, stores and reads', async () => {
    const plan = pdfFile(['Ground floor']);
    const origin = await workshop.serve((_request, response) => void response.end(plan));
    const sha256 = createHash('sha256').update(plan).digest('hex');
    expect(await document({ source: { url: origin }, name: 'plan.pdf', actions: every })).toEqual({
      result: {
        bytes: plan.length,
        sha256,
        mimeType: 'application/pdf',
        stored: sha256,
        text: { chars: 12, excerpt: 'Ground floor', stored: `${sha256}.txt` },
        metadata: expect.objectContaining({ pages: 1, title: 'A plan' }),
        warnings: [],
      },
    });
    const store = createFolderStore({ path: folder });
    expect(await store.stat('acme', sha256)).toMatchObject({ bytes: plan.length });
    expect(await store.stat('acme', `${sha256}.txt`)).toMatchObject({ bytes: 12 });
  });

  it('that meets a bomb or a closed door is a dead letter with a sentence, and the next one runs', async () => {
    const bomb = docxFile(['x'], { more: [{ name: 'a', data: Buffer.alloc(3_000_000) }] });
    const origin = await workshop.serve((request, response) => void response.writeHead(request.url === '/bomb' ? 200 : 403).end(bomb));
    const ends = ['/bomb', '/closed', '/bomb'].map((path) => document({ source: { url: `${origin}${path}` }, name: 'x', actions: every }));
    const dead = (error: string) => ({ failure: { class: 'terminal', error: expect.stringContaining(error) } });
    expect(await Promise.all(ends)).toMatchObject([dead('unpacked it is larger'), dead('it forbids this'), dead('unpacked it is larger')]);
  });

  it.each([
    [{ source: { url: 'https://example.com/' }, name: 'x', actions: [] }],
    [{ source: { url: 'https://example.com/' }, name: '', actions: ['store'] }],
    [{ source: { url: 'https://example.com/' }, name: 'x', actions: ['erase'] }],
    [{ source: { url: 'https://example.com/', headers: { authorization: 'x' } }, name: 'x', actions: ['store'] }],
    [{ source: { stored: '../../etc/passwd' }, name: 'x', actions: ['text'] }],
    [{ source: { path: '/etc/passwd' }, name: 'x', actions: ['text'] }],
  ])('whose payload is wrong is not begun: %j', async (payload) => {
    expect(await document(payload)).toMatchObject({
      failure: { class: 'terminal', error: expect.stringContaining('payload does not fit') },
    });
  });
});
