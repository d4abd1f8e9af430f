import { createFlagProvider } from '@etis/agent/flags';
import type { Freshness } from '@etis/contracts/snapshot';
import { type Client, ErrorCode, OpenFeature, ProviderEvents, ProviderStatus } from '@openfeature/server-sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { evaluationUnderTest, flagEntry, hours, parameterEntry, wording } from './evaluation-under-test.ts';

const entries = [
  parameterEntry([{ at: { level: 'tenant', tenant: 'acme' }, environment: null, value: 3 }]),
  flagEntry([
    { id: 'acme', tenants: ['acme'], variant: 'brief' },
    { id: 'people', rollout: { seed: 's', by: 'subject', shares: { brief: 10_000 } } },
  ]),
  flagEntry([], {
    declaration: { key: 'nudge.on', value: { type: 'boolean' }, variants: { on: true, off: false }, default: 'on', off: 'off' },
  }),
  parameterEntry([], { key: 'nudge.texts', value: { type: 'json' }, default: { greeting: ['Hi'] } }),
];

let freshness: Freshness = 'READY';
const domain = 'flags';

async function started(options: { wait?: boolean } = {}) {
  const under = evaluationUnderTest(entries, { freshness: () => freshness });
  const provider = createFlagProvider({ ...under, freshness: () => freshness, target: { product: 'nudge' }, pollMs: 5 });
  const seen: string[] = [];
  const client: Client = OpenFeature.getClient(domain);
  const changed: (readonly string[])[] = [];
  const settled = OpenFeature.setProviderAndWait(domain, provider);
  for (const event of [ProviderEvents.Ready, ProviderEvents.Stale, ProviderEvents.Error] as const) {
    client.addHandler(event, () => void seen.push(event));
  }
  client.addHandler(ProviderEvents.ConfigurationChanged, (details) => void changed.push(details?.flagsChanged ?? []));
  if (options.wait !== false) await settled;
  return { ...under, client, provider, seen, changed, settled };
}

/** Resolves when it is so; fails after two seconds. */
async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 2_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('it did not come to be within two seconds');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

afterEach(async () => {
  freshness = 'READY';
  await OpenFeature.close();
  OpenFeature.clearHandlers();
});

describe('an OpenFeature client', () => {
  it('gets values of every type, with variant, reason and the version that they come from', async () => {
    const { client } = await started();
    expect(await client.getStringDetails(wording.key, 'x', { tenant: 'acme' })).toEqual({
      flagKey: wording.key,
      value: 'Hi',
      variant: 'brief',
      reason: 'TARGETING_MATCH',
      flagMetadata: { version: 1 },
    });
    expect(await client.getNumberDetails(hours.key, 0, { tenant: 'acme' })).toMatchObject({ value: 3, reason: 'TARGETING_MATCH' });
    expect(await client.getBooleanValue('nudge.on', false)).toBe(true);
    expect(await client.getObjectValue('nudge.texts', {})).toEqual({ greeting: ['Hi'] });
  });

  it('is a subject by its targeting key', async () => {
    const { client } = await started();
    expect(await client.getStringDetails(wording.key, 'x', { tenant: 'beta', targetingKey: 'ada' })).toMatchObject({ reason: 'SPLIT' });
    expect(await client.getStringDetails(wording.key, 'x', { tenant: 'beta' })).toMatchObject({ reason: 'DEFAULT', variant: 'formal' });
  });

  it.each([
    ['an unknown key', 'nudge.none', ErrorCode.FLAG_NOT_FOUND],
    ['another type', hours.key, ErrorCode.TYPE_MISMATCH],
    ['no text at all', 'nudge.texts', ErrorCode.TYPE_MISMATCH],
  ])('gets its own default for %s', async (_, key, errorCode) => {
    const { client } = await started();
    expect(await client.getStringDetails(key, 'mine', { tenant: 'acme' })).toMatchObject({ value: 'mine', reason: 'ERROR', errorCode });
  });

  it('says nothing wrong of a context that is not of its form', async () => {
    const { client } = await started();
    const odd = { tenant: 7, tier: 'huge', subject: { a: 1 }, unit: new Date(0) };
    expect(await client.getStringDetails(wording.key, 'x', odd)).toMatchObject({ value: 'Dear', reason: 'DEFAULT' });
  });
});

describe('its provider', () => {
  it('is READY, then STALE, then READY again, as what governs is', async () => {
    const { client, seen } = await started();
    expect(client.providerStatus).toBe(ProviderStatus.READY);
    freshness = 'STALE';
    expect(await client.getStringDetails(wording.key, 'x', { tenant: 'acme' })).toMatchObject({ value: 'Hi', reason: 'STALE' });
    await until(() => client.providerStatus === ProviderStatus.STALE);
    freshness = 'READY';
    await until(() => client.providerStatus === ProviderStatus.READY);
    expect(seen.slice(-2)).toEqual([ProviderEvents.Stale, ProviderEvents.Ready]);
  });

  it('that starts on what is stale already says so', async () => {
    freshness = 'STALE';
    const { client } = await started();
    await until(() => client.providerStatus === ProviderStatus.STALE);
  });

  it('is in ERROR while nothing governs, and READY with the first view', async () => {
    freshness = 'EMPTY';
    const { client, publish, settled } = await started({ wait: false });
    await expect(settled).rejects.toThrow('nothing governs this process yet');
    expect(client.providerStatus).toBe(ProviderStatus.ERROR);
    freshness = 'READY';
    publish(entries);
    expect(client.providerStatus).toBe(ProviderStatus.READY);
  });

  it('tells which keys changed: what was added, what differs and what is gone', async () => {
    const { publish, changed } = await started();
    publish([flagEntry([]), ...entries.slice(2, 3), parameterEntry([], { key: 'nudge.new' })]);
    await until(() => changed.length > 0);
    expect(changed.map((keys) => keys.toSorted())).toEqual([[hours.key, 'nudge.new', 'nudge.texts', wording.key].toSorted()]);
    publish([flagEntry([]), ...entries.slice(2, 3), parameterEntry([], { key: 'nudge.new' })]);
    publish([flagEntry([]), ...entries.slice(2, 3)]);
    await until(() => changed.length > 1);
    expect(changed[1]).toEqual(['nudge.new']);
  });

  it('tells nothing any more once it is closed', async () => {
    const { publish, changed, client } = await started();
    await OpenFeature.close();
    publish([]);
    freshness = 'STALE';
    await new Promise((resolve) => setImmediate(resolve));
    expect(changed).toEqual([]);
    expect(client.providerStatus).not.toBe(ProviderStatus.STALE);
  });
});
