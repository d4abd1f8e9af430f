import { hash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Receipt } from '@etis/contracts/directives';
import type { Signed } from '@etis/contracts/snapshot';
import { EtisError, type Service, silentLog } from '@etis/kernel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { now, restriction, standingClock, storeAt } from '../directives-under-test.ts';
import { applyLocal } from './apply-local.ts';
import { type BreakGlassOrder, makeBreakGlass } from './break-glass-order.ts';
import { createLocalOrders, type OperatorTrust } from './local-orders.ts';

const subscriber = 'worker.node-1';
let folder: string;
const running: Service[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'etis-break-glass-'));
});
afterEach(async () => {
  for (const service of running.splice(0)) await service.stop();
  await rm(folder, { recursive: true });
});

/** Signs by naming the key; what it signed opens under the keys that were certified. */
function signWith(keyId: string) {
  return (value: unknown): Signed => {
    const payload = JSON.stringify(value);
    return { payload, keyId, signature: hash('sha256', `${keyId} break-glass ${payload}`, 'hex') };
  };
}

const trust: OperatorTrust = {
  learn: () => undefined,
  open<T>(_purpose: 'break-glass', { payload, keyId, signature }: Signed): T {
    if (keyId !== 'operator-1' || signature !== signWith(keyId)(JSON.parse(payload)).signature) {
      throw new EtisError({ code: 'AGENT_SIGNATURE_INVALID', kind: 'forbidden', retryable: false, message: 'not signed by an operator' });
    }
    return JSON.parse(payload) as T;
  },
};

type Making = Parameters<typeof makeBreakGlass>[0];

function make(given: Partial<Making> = {}): BreakGlassOrder {
  return makeBreakGlass({
    installation: 'under-test',
    target: subscriber,
    nonce: 'nonce-nonce-nonce-1',
    verb: 'kill',
    scope: { tenant: 'acme' },
    reason: 'the platform is away',
    by: 'operator/ada',
    now,
    lastsMs: 3_600_000,
    sign: signWith('operator-1'),
    certificates: [],
    ...given,
  });
}

/** An order that `make` would not make. */
function forged(change: object, key = 'operator-1'): BreakGlassOrder {
  const order = make();
  return { ...order, directive: signWith(key)({ ...JSON.parse(order.directive.payload), ...change }) };
}

async function lay(order: unknown): Promise<void> {
  const file = join(folder, 'order.json');
  await writeFile(file, JSON.stringify(order));
  await applyLocal(file, join(folder, 'node'));
}

async function start(store = storeAt()) {
  const receipts: Receipt[] = [];
  const service = createLocalOrders({
    folder: join(folder, 'node'),
    installation: 'under-test',
    subscriber,
    trust,
    store,
    clock: store.clock as never,
    log: silentLog,
    onReceipt: (receipt) => receipts.push(receipt),
  });
  running.push(service);
  await service.start();
  return { store, receipts, service };
}

const files = async () => (await readdir(join(folder, 'node', subscriber))).filter((name) => name !== 'used.nonces').sort();

describe('an order for this node', () => {
  it('is in force before the role does anything else, and proves it with the order itself', async () => {
    const order = make();
    await lay(order);
    const { store, receipts } = await start();
    expect(store.verdict({ tenant: 'acme' })).toMatchObject({ verb: 'kill', reason: 'the platform is away' });
    expect(receipts).toMatchObject([{ subscriber, outcome: 'applied', reason: null, breakGlass: order.directive }]);
  });

  it('is taken by a role that runs', async () => {
    const { store } = await start();
    await lay(make());
    await vi.waitFor(() => expect(store.verdict({ tenant: 'acme' })?.verb).toBe('kill'), { timeout: 5_000 });
  });

  it('is in force again after a restart', async () => {
    await lay(make());
    const { service } = await start();
    await service.stop();
    const { store } = await start();
    expect(store.verdict({ tenant: 'acme' })?.verb).toBe('kill');
  });

  it('goes away when a manifest settles it, and cannot be used a second time', async () => {
    await lay(make());
    const { store, service, receipts } = await start();
    store.settle([], { epoch: 1, sequence: 0 });
    await vi.waitFor(async () => expect(await files()).toEqual([]), { timeout: 5_000 });
    await service.stop();
    await lay(make());
    const again = await start();
    expect(again.store.verdict({ tenant: 'acme' })).toBeNull();
    expect(again.receipts).toMatchObject([{ outcome: 'refused', reason: expect.stringContaining('used before') }]);
    expect(receipts).toHaveLength(1);
  });

  it('goes away when it expires', async () => {
    const clock = standingClock();
    await lay(make({ lastsMs: 60_000 }));
    const { store } = await start(storeAt(clock));
    clock.at = now + 60_000;
    expect(store.verdict({ tenant: 'acme' })).toBeNull();
    await vi.waitFor(async () => expect(await files()).toEqual([]), { timeout: 5_000 });
  });
});

describe('an order is refused', () => {
  it.each<[string, () => unknown]>([
    ['of a key that is no operator’s', () => forged({}, 'online-1')],
    [
      'that was changed after it was signed',
      () => ({ ...make(), directive: { ...make().directive, payload: make().directive.payload.replace('acme', 'bolt') } }),
    ],
    ['of another installation', () => forged({ installation: 'another' })],
    ['that lasts longer than 24 hours', () => forged({ expiresAt: new Date(now + 25 * 3_600_000).toISOString() })],
    [
      'that begins later, so that it would last longer',
      () => forged({ issuedAt: new Date(now + 3_600_000).toISOString(), expiresAt: new Date(now + 25 * 3_600_000).toISOString() }),
    ],
    ['that is over', () => forged({ expiresAt: new Date(now).toISOString() })],
    ['without an end', () => forged({ expiresAt: undefined })],
    ['that resumes', () => forged({ verb: 'resume', ends: [] })],
    ['that throttles at no rate', () => forged({ verb: 'throttle' })],
    ['with a scope that nobody knows', () => forged({ scope: { everything: 'yes' } })],
    ['that claims a place among the platform’s', () => forged({ epoch: 9, sequence: 9 })],
    ['without a nonce', () => forged({ breakGlass: { target: subscriber, nonce: '' } })],
  ])('%s', async (_case, order) => {
    await lay(order());
    const { store } = await start();
    expect(store.inForce()).toEqual([]);
    expect(await files()).toEqual([expect.stringMatching(/\.json\.refused$/)]);
  });

  it('that is for another node, in whichever folder it lies', async () => {
    const order = make({ target: 'router.node-1' });
    await lay(order);
    await mkdir(join(folder, 'node', subscriber), { recursive: true });
    await writeFile(join(folder, 'node', subscriber, 'stray.json'), JSON.stringify(order));
    const { store, receipts } = await start();
    expect(store.inForce()).toEqual([]);
    expect(receipts).toMatchObject([{ outcome: 'refused', reason: expect.stringContaining('another node') }]);
  });

  it('with the nonce of another one', async () => {
    await lay(make());
    await lay(make({ scope: { tenant: 'bolt' } }));
    const { store } = await start();
    expect(store.inForce()).toHaveLength(1);
  });

  it('before it is laid down, where its file holds none', async () => {
    const file = join(folder, 'order.json');
    for (const text of [
      '',
      '{',
      '{}',
      '[]',
      JSON.stringify({ directive: { payload: '{}', keyId: 'a', signature: 'b' }, certificates: [] }),
      'x'.repeat(70_000),
    ]) {
      await writeFile(file, text);
      await expect(applyLocal(file, join(folder, 'node'))).rejects.toMatchObject({ code: 'AGENT_BREAK_GLASS_INVALID' });
    }
  });

  it('when it is made for too long, or names a place outside its folder', async () => {
    expect(() => make({ lastsMs: 25 * 3_600_000 })).toThrow(expect.objectContaining({ code: 'AGENT_BREAK_GLASS_INVALID' }));
    const file = join(folder, 'order.json');
    await writeFile(file, JSON.stringify(forged({ breakGlass: { target: '../../etc', nonce: 'nonce-nonce-nonce-1' } })));
    await expect(applyLocal(file, join(folder, 'node'))).rejects.toMatchObject({ code: 'AGENT_BREAK_GLASS_INVALID' });
  });
});

it('leaves what the platform ordered alone', async () => {
  const store = storeAt();
  const pause = restriction();
  store.apply(pause, 'its digest');
  await lay(make());
  await start(store);
  expect(store.inForce().map(({ verb }) => verb)).toEqual(['kill', 'pause']);
  expect(await readFile(join(folder, 'node', subscriber, 'used.nonces'), 'utf8')).toContain('nonce-nonce-nonce-1');
});
