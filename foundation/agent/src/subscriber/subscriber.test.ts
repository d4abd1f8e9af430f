import type { RestrictingDirective } from '@etis/contracts/directives';
import type { Downward, Upward } from '@etis/contracts/link';
import type { Manifest, Snapshot } from '@etis/contracts/snapshot';
import { silentLog, uuidv7 } from '@etis/kernel';
import { eventually } from '@etis/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDirectives, type DirectivesStore } from '../directives/directives-store.ts';
import { createGovernanceStore, type GovernanceStore } from '../governance/governance-store.ts';
import { createSecrets } from '../secrets/secret-vault.ts';
import { verifySignature } from '../signing/signature.ts';
import { createSigningKey } from '../signing/signing-key.ts';
import { type Content, installation, platformUnderTest, router, tenantsOf } from './platform-under-test.ts';
import { createSubscriber, type GovernanceCopy, type Subscriber } from './subscriber.ts';

type Platform = ReturnType<typeof platformUnderTest>;
const key = createSigningKey();
let platform: Platform;
let local: { at: number; now(): number };
let store: GovernanceStore;
let directives: DirectivesStore;
let running: Subscriber[];

beforeEach(() => {
  platform = platformUnderTest();
  local = { at: platform.clock.at, now: () => local.at };
  running = [];
});
afterEach(() => Promise.all(running.map((one) => one.stop())));

async function start(copy: GovernanceCopy | null = null): Promise<Subscriber> {
  store = createGovernanceStore({ log: silentLog });
  directives = createDirectives({ clock: local, log: silentLog });
  const subscriber = createSubscriber({
    credential: { identity: router, installation, key, trust: platform.trust() },
    ...{ store, directives, copy, clock: local, log: silentLog },
    vault: createSecrets({ masterKey: Buffer.alloc(32, 7) }),
    connect: platform.connectFor(key),
  });
  running.push(subscriber);
  await subscriber.start();
  return subscriber;
}

const line = (channel: 'command' | 'data' = 'command') => eventually(() => platform.line(channel));
const heard = <Type extends Upward['type']>(type: Type) =>
  platform.lines.flatMap((one) => one.heard).filter((one): one is Extract<Upward, { type: Type }> => one.type === type);

/** Says something, and after it something whose answer shows that it was heard. */
async function say(snapshot: Snapshot): Promise<void> {
  const { say: speak } = await line();
  const before = heard('beat').length;
  speak({ type: 'snapshot', snapshot });
  speak({ type: 'beat' });
  await eventually(() => heard('beat').length > before);
}

const names = () => [...store.governance.current().tenants.keys()].sort();
const first = (version = 1, ...ids: readonly string[]) =>
  platform.snapshot({ moment: { epoch: 1, version }, content: { tenants: tenantsOf(...ids) } });

function restriction(sequence: number, given: Partial<RestrictingDirective> = {}): RestrictingDirective {
  return {
    ...{ id: uuidv7(), installation, epoch: 1, sequence, verb: 'pause', scope: {}, reason: 'a test', by: 'operator/test' },
    issuedAt: new Date(platform.clock.at).toISOString(),
    ...given,
  };
}

describe('a subscriber', () => {
  it('says who it is to who proves to be the platform, and is governed by what comes', async () => {
    const subscriber = await start();
    expect([subscriber.freshness(), subscriber.applied()]).toEqual(['EMPTY', { epoch: 0, version: 0 }]);
    await say(first(3, 'acme', 'birch'));
    await subscriber.governed;
    expect([names(), subscriber.freshness(), subscriber.applied()]).toEqual([['acme', 'birch'], 'READY', { epoch: 1, version: 3 }]);
    const [acknowledgement] = heard('acknowledgement');
    expect(acknowledgement?.acknowledgement).toEqual({
      ...{ subscriber: router.id, epoch: 1, version: 3, state: 'fresh' },
      sections: { tenants: { version: 3, refused: null } },
    });
    expect(verifySignature(key.publicKey, 'acknowledgement', acknowledgement?.signed as never)).toBe(true);
  });

  it('takes differences, and drops a section that is its business no more', async () => {
    await start();
    const before = tenantsOf('acme', 'birch');
    await say(platform.snapshot({ moment: { epoch: 1, version: 1 }, content: { tenants: before } }));
    const after = before.with({ birch: null, cedar: { id: 'cedar', name: 'Cedar', status: 'suspended' } });
    await say(platform.snapshot({ moment: { epoch: 1, version: 2 }, content: { tenants: after }, before: { tenants: before }, from: 1 }));
    expect(names()).toEqual(['acme', 'cedar']);
    await say(platform.snapshot({ moment: { epoch: 1, version: 3 }, content: {} }));
    expect(names()).toEqual([]);
  });

  it('says when it comes back what it holds, so that only what is new has to be sent', async () => {
    await start();
    const snapshot = first(4, 'acme');
    await say(snapshot);
    (await line()).end();
    await eventually(() => platform.lines.filter(({ channel }) => channel === 'command').length === 2);
    const manifest = JSON.parse(snapshot.manifest.payload) as Manifest;
    const command = heard('hello').filter(({ channel }) => channel === 'command');
    expect(command.map(({ holds }) => holds)).toEqual([
      { epoch: 0, version: 0, sections: {}, directives: [] },
      { epoch: 1, version: 4, sections: manifest.sections, directives: [] },
    ]);
    expect(names()).toEqual(['acme']);
  });

  it('stays away for as long as it is told to, and comes back', async () => {
    await start();
    (await line()).say({ type: 'later', afterMs: 50, reason: 'too many at once' });
    await eventually(() => platform.lines.filter(({ channel }) => channel === 'command').length === 2);
  });

  it('leaves a platform that says nothing any more, and dials again', async () => {
    platform.manners.heartbeatMs = 40;
    const subscriber = await start();
    await say(first(1, 'acme'));
    await eventually(() => platform.lines.filter(({ channel }) => channel === 'command').length >= 2);
    expect([subscriber.applied().version, names()]).toEqual([1, ['acme']]);
  });

  it('tells what was decided on the node while there was no link, once there is one', async () => {
    platform.manners.refusing = true;
    const subscriber = await start();
    const decided = {
      installation,
      directive: uuidv7(),
      digest: 'd',
      subscriber: router.id,
      outcome: 'applied',
      reason: null,
      effectiveAt: '',
    } as const;
    subscriber.report(decided);
    platform.manners.refusing = false;
    const [receipt] = await eventually(() => (heard('receipt').length > 0 ? heard('receipt') : undefined));
    expect(JSON.parse(receipt?.signed.payload ?? '')).toEqual(decided);
  });

  it('sends batches over the data connection, and knows whether they were taken', async () => {
    const subscriber = await start();
    const { say: speak } = await line('data');
    const sent = subscriber.telemetry.send({ sequence: 7, reports: [] });
    await eventually(() => heard('telemetry').length === 1);
    speak({ type: 'taken', of: 'telemetry', sequence: 7 });
    expect(await sent).toBe(true);
    const lost = subscriber.telemetry.send({ sequence: 8, reports: [] });
    (await line('data')).end();
    expect(await lost).toBe(false);
  });
});

describe('a directive', () => {
  it('is in force before the receipt is sent, with or without a manifest', async () => {
    await start();
    const directive = restriction(1);
    (await line()).say({ type: 'directive', directive: platform.directive(directive), certificates: [platform.certify(platform.online)] });
    const [receipt] = await eventually(() => (heard('receipt').length > 0 ? heard('receipt') : undefined));
    expect(directives.verdict({})?.directives).toEqual([directive.id]);
    expect(JSON.parse(receipt?.signed.payload ?? '')).toMatchObject({
      directive: directive.id,
      subscriber: router.id,
      outcome: 'applied',
      reason: null,
    });
    expect(verifySignature(key.publicKey, 'receipt', receipt?.signed as never)).toBe(true);
  });

  it('comes with a snapshot and is over when a later manifest names it no more', async () => {
    await start();
    const directive = restriction(1);
    const signed = platform.directive(directive);
    const content: Content = { tenants: tenantsOf('acme') };
    await say(platform.snapshot({ moment: { epoch: 1, version: 1 }, content, directives: [signed], manifest: { directivesThrough: 1 } }));
    expect([directives.verdict({})?.verb, heard('receipt').length]).toEqual(['pause', 1]);
    await say(platform.snapshot({ moment: { epoch: 1, version: 2 }, content, manifest: { directivesThrough: 2 } }));
    expect(directives.verdict({})).toBeNull();
  });

  it('counts although the manifest beside it does not', async () => {
    await start();
    const signed = platform.directive(restriction(1, { verb: 'kill' }));
    const snapshot = platform.snapshot({ moment: { epoch: 1, version: 1 }, content: {}, directives: [signed] });
    await say({ ...snapshot, manifest: { ...snapshot.manifest, signature: 'A'.repeat(86) } });
    expect([directives.verdict({})?.verb, store.governance.current().version]).toEqual(['kill', 0]);
  });

  it.each<[string, (platform: Platform) => Parameters<Platform['directive']>[1]]>([
    ['a key that nobody certified', () => createSigningKey()],
    ["an operator's key", (from) => certified(from, { role: 'operator' })],
    ['a key whose time is over', (from) => certified(from, { from: -7_200_000, forMs: -3_600_000 })],
    ['a key that another root certified', (from) => certified(from, { by: createSigningKey() })],
  ])('signed by %s is none', async (_, keyOf) => {
    await start();
    const by = keyOf(platform) as NonNullable<ReturnType<typeof keyOf>>;
    const directive = platform.directive(restriction(1), by);
    const { say: speak } = await line();
    speak({ type: 'directive', directive, certificates: [certificates.get(by.keyId) ?? platform.certify(platform.online)] });
    speak({ type: 'directive', directive: { ...platform.directive(restriction(2)), keyId: 'none' }, certificates: [] });
    speak({ type: 'beat' });
    await eventually(() => heard('beat').length === 1);
    expect([directives.verdict({}), heard('receipt')]).toEqual([null, []]);
  });
});

const certificates = new Map<string, ReturnType<Platform['certify']>>();
function certified(from: Platform, options: Parameters<Platform['certify']>[1]) {
  const made = createSigningKey();
  certificates.set(made.keyId, from.certify(made, options));
  return made;
}

describe('a snapshot is refused and what was in force stays', () => {
  it.each<[string, (good: Snapshot, platform: Platform) => Snapshot]>([
    ['without a signature', (good) => ({ ...good, manifest: { ...good.manifest, signature: '' } })],
    [
      'with one byte changed',
      (good) => ({ ...good, manifest: { ...good.manifest, payload: good.manifest.payload.replace('"version":9', '"version":8') } }),
    ],
    ['signed for another purpose', (good, from) => ({ ...good, manifest: from.signed('directive', JSON.parse(good.manifest.payload)) })],
    [
      'signed by a key that nobody certified',
      (good, from) => ({ ...good, manifest: from.signed('manifest', JSON.parse(good.manifest.payload), createSigningKey()) }),
    ],
    ['for another subscriber', (_, from) => from.snapshot({ ...later, manifest: { subscriber: 'router.node-2' } })],
    ['of another installation', (_, from) => from.snapshot({ ...later, manifest: { installation: 'elsewhere' } })],
    ['older than what is in force', (_, from) => from.snapshot({ ...later, moment: { epoch: 1, version: 4 } })],
    ['of an older epoch', (_, from) => from.snapshot({ ...later, moment: { epoch: 0, version: 99 } })],
    ['whose time is over', (_, from) => from.snapshot({ ...later, manifest: { freshUntil: new Date(from.clock.at - 1).toISOString() } })],
    ['that is not whole', (_, from) => from.snapshot({ ...later, manifest: { freshUntil: 'never' } })],
  ])('%s', async (_, change) => {
    await start();
    await say(first(5, 'acme'));
    await say(change(platform.snapshot(later), platform));
    expect([names(), heard('acknowledgement')]).toEqual([['acme'], [expect.anything()]]);
    await say(platform.snapshot(later));
    expect(names()).toEqual(['birch']);
  });

  const later = { moment: { epoch: 1, version: 9 }, content: { tenants: tenantsOf('birch') } };

  it('once the key that signed it was revoked', async () => {
    await start();
    await say(
      platform.snapshot({
        moment: { epoch: 1, version: 1 },
        content: { tenants: tenantsOf('acme') },
        manifest: { revokedKeys: [platform.online.keyId] },
      }),
    );
    await say(platform.snapshot(later));
    expect(names()).toEqual(['acme']);
  });
});

describe('a section that cannot be applied', () => {
  it('is refused alone, with the reason, until a good one comes', async () => {
    await start();
    const cluster = { id: 'nudge-standard', product: 'nudge', tier: 'standard' as const };
    const clusters = (await import('../snapshot/section-content.ts')).emptySection<typeof cluster>().with({ [cluster.id]: cluster });
    await say(first(1, 'acme'));
    const good = platform.snapshot({ moment: { epoch: 1, version: 2 }, content: { tenants: tenantsOf('birch'), clusters } });
    const broken = { tenants: { birch: { id: 'birch', name: 'Birch', status: 'gone' } } };
    await say({
      ...good,
      updates: good.updates.map((update) => (update.section === 'tenants' ? ({ ...update, entries: broken.tenants } as never) : update)),
    });
    expect([names(), [...store.governance.current().clusters.keys()]]).toEqual([['acme'], ['nudge-standard']]);
    expect(heard('acknowledgement').at(-1)?.acknowledgement).toMatchObject({
      ...{ epoch: 1, version: 2 },
      sections: { tenants: { version: 1, refused: expect.stringContaining('status') }, clusters: { version: 2, refused: null } },
    });
    await say(platform.snapshot({ moment: { epoch: 1, version: 3 }, content: { tenants: tenantsOf('birch'), clusters } }));
    expect(names()).toEqual(['birch']);
  });

  it.each<[string, (update: Snapshot['updates'][number]) => Snapshot['updates'][number] | null]>([
    ['it did not come', () => null],
    ['it is a difference from what is not held', (update) => ({ ...update, from: 77 })],
    ['its content is not what was signed', (update) => ({ ...update, entries: {} })],
    ['it is no object', (update) => ({ ...update, entries: null as never })],
  ])('because %s', async (_, change) => {
    await start();
    await say(first(1, 'acme'));
    const good = first(2, 'birch');
    await say({ ...good, updates: good.updates.map(change).filter((update) => update !== null) });
    expect([names(), heard('acknowledgement').at(-1)?.acknowledgement.sections.tenants]).toEqual([
      ['acme'],
      { version: 1, refused: expect.any(String) },
    ]);
  });
});

describe('who is not the platform', () => {
  const proofOf = (challenge: unknown) => JSON.parse((challenge as { proof: { payload: string } }).proof.payload) as object;
  const proving = (make: (said: object) => ReturnType<Platform['signed']>) => (challenge: Downward) =>
    ({ ...challenge, proof: make(proofOf(challenge)) }) as Downward;

  it.each<[string, (from: Platform) => Platform['manners']['forge']]>([
    ['answers for another connection', (from) => proving((said) => from.signed('link', { ...said, nonce: 'x' }))],
    ['is not certified', (from) => proving((said) => from.signed('link', said, createSigningKey()))],
    ['says nothing of itself', () => () => ({ type: 'welcome', heartbeatMs: 1 })],
    [
      'names a time at which no key counted',
      (from) => proving((said) => from.signed('link', { ...said, now: '2020-01-01T00:00:00.000Z' })),
    ],
    ['names no time', (from) => proving((said) => from.signed('link', { ...said, now: 'today' }))],
  ])('%s, and is left', async (_, disguise) => {
    platform.manners.forge = disguise(platform);
    const subscriber = await start();
    await eventually(() => platform.manners.left >= 2);
    expect([platform.lines, heard('hello')]).toEqual([[], []]);
    platform.manners.forge = (one) => one;
    await say(first(1, 'acme'));
    expect(subscriber.applied().version).toBe(1);
  });

  it('names an earlier time than is known to be over, and is left', async () => {
    await start();
    await say(first(1, 'acme'));
    platform.manners.forge = proving((said) =>
      platform.signed('link', { ...said, now: new Date(platform.clock.at - 120_000).toISOString() }),
    );
    const before = platform.manners.left;
    for (const one of platform.lines) one.end();
    await eventually(() => platform.manners.left >= before + 4);
    expect(platform.lines).toHaveLength(2);
  });
});

describe('a wrong clock', () => {
  it.each([-400 * 86_400_000, -3_600_000, 3_600_000, 400 * 86_400_000])('by %d ms changes nothing', async (skew) => {
    local.at += skew;
    const subscriber = await start();
    await say(first(1, 'acme'));
    expect([names(), subscriber.freshness(), subscriber.skewMs()]).toEqual([['acme'], 'READY', skew]);
    local.at += 599_000;
    expect(subscriber.freshness()).toBe('READY');
    local.at += 2_000;
    expect([subscriber.freshness(), names()]).toEqual(['STALE', ['acme']]);
  });
});

describe('the kept copy', () => {
  function memory(): GovernanceCopy & { readonly texts: string[] } {
    const texts: string[] = [];
    return {
      texts,
      async *candidates() {
        yield* texts.toReversed();
      },
      write: async (text) => void texts.push(text),
    };
  }

  it('governs at once where there is no platform, directives included', async () => {
    const copy = memory();
    const one = await start(copy);
    const signed = platform.directive(restriction(1));
    await say(platform.snapshot({ moment: { epoch: 1, version: 1 }, content: { tenants: tenantsOf('acme') }, directives: [signed] }));
    await eventually(() => copy.texts.length > 0);
    await one.stop();
    platform.manners.refusing = true;
    local.at += 86_400_000;
    const other = await start(copy);
    await other.governed;
    expect([names(), directives.verdict({})?.verb, other.applied(), other.freshness()]).toEqual([
      ['acme'],
      'pause',
      { epoch: 1, version: 1 },
      'STALE',
    ]);
  });

  it('is refused where it was changed, and an older one is taken', async () => {
    const copy = memory();
    const one = await start(copy);
    await say(first(1, 'acme'));
    await eventually(() => copy.texts.length > 0);
    await one.stop();
    platform.manners.refusing = true;
    const [good = ''] = copy.texts;
    for (const bad of [good.slice(0, 200), good.replaceAll('"version\\":1', '"version\\":2'), '{}', 'null']) {
      copy.texts.splice(0, copy.texts.length, good, bad);
      const other = await start(copy);
      expect(names()).toEqual(['acme']);
      await other.stop();
    }
    copy.texts.splice(0, copy.texts.length, good.replaceAll('Company', 'Campany'));
    await start(copy);
    // Signed is the manifest, so a section that is not what it says is fetched again.
    expect(names()).toEqual([]);
  });
});

it('never goes back, and holds what the last accepted manifest says, whatever comes in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ epoch: fc.integer({ min: 1, max: 2 }), version: fc.integer({ min: 1, max: 6 }), forged: fc.boolean() }), {
        maxLength: 12,
      }),
      async (moments) => {
        platform = platformUnderTest();
        local = { at: platform.clock.at, now: () => local.at };
        const subscriber = await start();
        let best = { epoch: 0, version: 0 };
        for (const { epoch, version, forged } of moments) {
          const content = { tenants: tenantsOf(`t-${epoch}-${version}`) };
          await say(platform.snapshot({ moment: { epoch, version }, content, ...(forged ? { by: createSigningKey() } : {}) }));
          if (!forged && (epoch > best.epoch || (epoch === best.epoch && version > best.version))) best = { epoch, version };
          expect(subscriber.applied()).toEqual(best);
          expect(names()).toEqual(best.version === 0 ? [] : [`t-${best.epoch}-${best.version}`]);
        }
        await subscriber.stop();
      },
    ),
    { numRuns: 25 },
  );
});
