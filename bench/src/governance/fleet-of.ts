import { type ChildProcess, fork } from 'node:child_process';
import { createSigningKey, exportSigningKey } from '@etis/agent';
import type { EnrolmentToken, SubscriberIdentity } from '@etis/contracts/link';
import type { SubscribersOrder } from './hold-subscribers.ts';
import { operator } from './operator.ts';
import { clusters, type PlatformStand } from './platform-stand.ts';

const kinds = ['edge', 'ingestion', 'router', 'dispatcher', 'cluster', 'worker'] as const;

/** So many subscribers of every kind, in processes beside the platform's. */
export interface BenchFleet {
  /** Resolves once every one of them is governed over TLS. */
  start(): Promise<void>;
  stop(): void;
}

export async function createFleet(stand: PlatformStand, { count, processes }: { count: number; processes: number }): Promise<BenchFleet> {
  const members = Array.from({ length: count }, (_, index) => ({ identity: identityOf(index), key: createSigningKey() }));
  await stand.plane.adopt(members.map(({ identity, key }) => ({ identity, publicKey: key.publicKey })));
  const { token } = await stand.plane.fleet.invite(operator, { identity: { id: 'door', kind: 'edge', scope: null }, validMs: 60_000 });
  const { url, authority, root } = JSON.parse(Buffer.from(token, 'base64url').toString()) as EnrolmentToken;
  const here = url.replace(/\/\/[^:]+:/, '//127.0.0.1:');
  const orders = Array.from({ length: processes }, (_, process): SubscribersOrder => {
    const own = members.filter((_member, index) => index % processes === process);
    return { url: here, authority, root, subscribers: own.map(({ identity, key }) => ({ identity, key: exportSigningKey(key) })) };
  });
  let children: readonly ChildProcess[] = [];
  return {
    async start() {
      children = await Promise.all(orders.map(startHolder));
    },
    stop() {
      for (const child of children) child.kill('SIGKILL');
    },
  };
}

function identityOf(index: number): SubscriberIdentity {
  const kind = kinds[index % kinds.length] ?? 'edge';
  const scope = kind === 'cluster' ? (clusters[index % clusters.length] ?? null) : null;
  return { id: `${kind}.node-${index}`, kind, scope };
}

function startHolder(order: SubscribersOrder): Promise<ChildProcess> {
  const child = fork(new URL('./hold-subscribers.ts', import.meta.url), { env: { PATH: process.env.PATH ?? '' } });
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve(child));
    child.once('exit', (code) => reject(new Error(`a process of subscribers ended with ${code}`)));
    child.send(order);
  });
}
