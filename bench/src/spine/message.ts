/** What is sent in every measurement: about 1 KB of JSON, of a shape that webhooks have. */
export interface Message {
  readonly n: number;
  readonly tenant: string;
  /** When it was due to be published, on this process's monotonic clock, in milliseconds. */
  readonly at: number;
  readonly payload: unknown;
}

const messageBytes = 1_024;

/** The tenant of a lane, which are numbered from 0. */
export function tenantOf(lane: number): string {
  return `tenant-${lane}`;
}

function payloadOf(padding: number): unknown {
  return {
    version: '1.0',
    hook: { event: 'dm.version.added', scope: { folder: 'urn:adsk.wipprod:fs.folder:co.8zZdAGHvQ2mXqHhGNDlRVg' }, status: 'active' },
    resource: { urn: 'urn:adsk.wipprod:fs.file:vf.6xFyxkJ1QZmGpGzoIWkyxQ?version=3', name: 'Level 2 ceiling plan.rvt', version: 3 },
    attributes: [
      { name: 'size', value: 18_345_221 },
      { name: 'approved', value: true },
      { name: 'ratio', value: 0.8125 },
      { name: 'reviewers', value: ['A. Noor', 'B. Ünal', null] },
    ],
    text: 'x'.repeat(padding),
  };
}

const bare = Buffer.byteLength(JSON.stringify({ n: 10_000, tenant: tenantOf(10), at: 100_000.123, payload: payloadOf(0) }));
const payload = payloadOf(messageBytes - bare);

export function message(n: number, lane: number, at = performance.now()): Message {
  return { n, tenant: tenantOf(lane), at, payload };
}

/** What a handler does with a message: it reads from it, so that the JSON was parsed, and refuses what is not whole. */
export function read(data: unknown): Message {
  const found = data as Message & { readonly payload: { readonly text: string; readonly attributes: readonly unknown[] } };
  if (found.payload.text.length === 0 || found.payload.attributes.length !== 4) throw new Error(`message ${found.n} came broken`);
  return found;
}
