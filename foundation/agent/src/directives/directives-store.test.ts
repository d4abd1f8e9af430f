import type { Directive, RestrictingVerb } from '@etis/contracts/directives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breakGlass, digestOf, now, restriction, resume, standingClock, storeAt } from './directives-under-test.ts';

const apply = (store: ReturnType<typeof storeAt>, ...directives: readonly Directive[]) =>
  directives.map((one) => store.apply(one, digestOf(one)));

describe('a verdict', () => {
  it('is null while nothing is in force', () => {
    expect(storeAt().verdict({ tenant: 'acme' })).toBeNull();
    expect(storeAt().verdict({})).toBeNull();
  });

  it('concerns what has every member of the scope, and nothing else', () => {
    const store = storeAt();
    apply(store, restriction({ scope: { tenant: 'acme', product: 'nudge' } }));
    expect(store.verdict({ tenant: 'acme', product: 'nudge', cluster: 'nudge-standard' })?.verb).toBe('pause');
    for (const other of [
      {},
      { tenant: 'acme' },
      { product: 'nudge' },
      { tenant: 'bolt', product: 'nudge' },
      { tenant: 'nudge', product: 'acme' },
    ]) {
      expect(store.verdict(other)).toBeNull();
    }
  });

  it('is the strictest, with the ids of all that concern the target', () => {
    const store = storeAt();
    const pause = restriction({ scope: {}, sequence: 1, reason: 'all of it' });
    const kill = restriction({ scope: { tenant: 'acme' }, verb: 'kill', sequence: 2, reason: 'only them' });
    apply(store, pause, kill);
    expect(store.verdict({ tenant: 'acme' })).toEqual({
      verb: 'kill',
      directives: [kill.id, pause.id],
      reason: 'only them',
      rate: null,
      since: now,
    });
    expect(store.verdict({ tenant: 'bolt' })).toMatchObject({ verb: 'pause', directives: [pause.id] });
  });

  it('has the narrowest rate where it is a throttle', () => {
    const store = storeAt();
    apply(
      store,
      restriction({ verb: 'throttle', rate: { count: 100, perMs: 1_000 }, sequence: 1 }),
      restriction({ verb: 'throttle', rate: { count: 10, perMs: 1_000 }, scope: { tenant: 'acme' }, sequence: 2 }),
    );
    expect(store.verdict({ tenant: 'acme' })?.rate).toEqual({ count: 10, perMs: 1_000 });
    expect(store.verdict({ tenant: 'bolt' })?.rate).toEqual({ count: 100, perMs: 1_000 });
  });

  it('says since when, by the clock of this process', () => {
    const store = storeAt();
    store.clock.at = now + 77;
    apply(store, restriction());
    store.clock.at = now + 500;
    expect(store.verdict({})?.since).toBe(now + 77);
  });

  it('agrees with a look at every directive in force', () => {
    const word = fc.constantFrom('a', 'b');
    const scope = fc.record({ tenant: word, product: word, cluster: word, kind: word }, { requiredKeys: [] });
    const verb = fc.constantFrom<RestrictingVerb>('kill', 'pause', 'drain');
    const directives = fc.array(fc.record({ scope, verb }), { maxLength: 12 });
    fc.assert(
      fc.property(directives, scope, (given, target) => {
        const store = storeAt();
        const all = given.map((one, index) => restriction({ ...one, sequence: index + 1 }));
        apply(store, ...all);
        const members = Object.entries;
        const concerned = all.filter((one) =>
          members(one.scope).every(([name, value]) => Object.entries(target).some(([n, v]) => n === name && v === value)),
        );
        const strictest = (['kill', 'pause', 'drain'] as const).find((candidate) => concerned.some((one) => one.verb === candidate));
        expect(store.verdict(target)?.verb).toBe(strictest);
        expect(new Set(store.verdict(target)?.directives)).toEqual(new Set(concerned.map(({ id }) => id)));
      }),
      { numRuns: 200 },
    );
  });
});

describe('arrival', () => {
  it('tells what is new from what is known', () => {
    const store = storeAt();
    const pause = restriction();
    expect(apply(store, pause, pause)).toEqual(['applied', 'known']);
  });

  it('ends what a resume names, also where the resume comes first', () => {
    const pause = restriction({ sequence: 1 });
    const go = resume([pause.id], { sequence: 2 });
    for (const order of [
      [pause, go],
      [go, pause],
    ]) {
      const store = storeAt();
      apply(store, ...order);
      expect(store.inForce()).toEqual([]);
    }
  });

  it('ends nothing by a resume that was ordered before', () => {
    const store = storeAt();
    const pause = restriction({ epoch: 2, sequence: 1 });
    apply(store, resume([pause.id], { epoch: 1, sequence: 900 }), pause);
    expect(store.inForce()).toEqual([pause]);
  });

  it('ends alike in whatever order directives and repeats come, around the manifests between them', () => {
    const steps = fc.array(fc.constantFrom('kill', 'pause', 'resume', 'manifest'), { minLength: 1, maxLength: 14 });
    fc.assert(
      fc.property(steps, fc.infiniteStream(fc.nat()), fc.infiniteStream(fc.boolean()), (script, picks, coins) => {
        // What the platform does, in its order.
        const directives: Directive[] = [];
        const open = new Set<string>();
        const manifests: { digests: string[]; through: { epoch: number; sequence: number } }[] = [];
        for (const step of script) {
          const order = { epoch: 1, sequence: directives.length + 1 };
          if (step === 'manifest') {
            manifests.push({ digests: [...open].map((id) => digestOf({ id })), through: { epoch: 1, sequence: directives.length } });
          } else if (step === 'resume') {
            const target = [...open][Number(picks.next().value) % Math.max(1, open.size)];
            if (target === undefined) continue;
            open.delete(target);
            directives.push(resume([target], order));
          } else {
            const made = restriction({ ...order, verb: step as 'kill' | 'pause' });
            open.add(made.id);
            directives.push(made);
          }
        }
        // What one node gets: every directive, in any order and some twice, between the manifests in theirs.
        const store = storeAt();
        const waiting = [...directives, ...directives.filter(() => coins.next().value === true)];
        const coming = [...manifests];
        while (waiting.length + coming.length > 0) {
          if (coming.length > 0 && (waiting.length === 0 || coins.next().value === true)) {
            const manifest = coming.shift();
            if (manifest !== undefined) store.settle(manifest.digests, manifest.through);
          } else {
            const [one] = waiting.splice(Number(picks.next().value) % waiting.length, 1);
            if (one !== undefined) apply(store, one);
          }
        }
        const expected = directives.filter((one) => one.verb !== 'resume' && open.has(one.id)).map(({ id }) => id);
        expect(store.inForce().map(({ id }) => id)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a manifest', () => {
  it('ends what it does not name, and keeps what it names', () => {
    const store = storeAt();
    const [over, stays] = [restriction({ sequence: 1 }), restriction({ sequence: 2, verb: 'kill' })];
    apply(store, over, stays);
    store.settle([digestOf(stays)]);
    expect(store.digests()).toEqual([digestOf(stays)]);
  });

  it('does not settle what was ordered after it was compiled', () => {
    const store = storeAt();
    const kill = restriction({ sequence: 8, verb: 'kill' });
    apply(store, kill);
    store.settle([], { epoch: 1, sequence: 7 });
    expect(store.inForce()).toEqual([kill]);
    store.settle([], { epoch: 1, sequence: 8 });
    expect(store.inForce()).toEqual([]);
  });

  it('keeps over what comes again, unless a later one names it', () => {
    const store = storeAt();
    const pause = restriction({ sequence: 3 });
    store.settle([], { epoch: 1, sequence: 5 });
    expect(apply(store, pause)).toEqual(['known']);
    expect(store.inForce()).toEqual([]);
    store.settle([digestOf(pause)], { epoch: 1, sequence: 5 });
    expect(store.inForce()).toEqual([pause]);
  });

  it('settles a break-glass order for good', () => {
    const store = storeAt();
    const order = breakGlass();
    apply(store, order);
    expect(store.verdict({})?.verb).toBe('kill');
    store.settle([], { epoch: 1, sequence: 0 });
    expect(apply(store, order)).toEqual(['known']);
    expect(store.verdict({})).toBeNull();
  });
});

describe('time', () => {
  it('ends what expires, to the millisecond, and says so', () => {
    const clock = standingClock();
    const store = storeAt(clock);
    apply(store, restriction({ expiresAt: new Date(now + 1_000).toISOString() }));
    let told = 0;
    store.subscribe(() => {
      told += 1;
    });
    clock.at = now + 999;
    expect(store.verdict({})).not.toBeNull();
    clock.at = now + 1_000;
    expect(store.verdict({})).toBeNull();
    expect(told).toBe(1);
  });

  it('never brings in what is over already', () => {
    expect(apply(storeAt(), restriction({ expiresAt: new Date(now).toISOString() }))).toEqual(['known']);
  });
});

describe('who follows', () => {
  it('is told of each change and of nothing else, until it stops', () => {
    const store = storeAt();
    const seen: number[] = [];
    const stop = store.subscribe(() => seen.push(store.inForce().length));
    const pause = restriction();
    apply(store, pause, pause, resume([pause.id]), resume([pause.id], { sequence: 9 }));
    expect(seen).toEqual([1, 0]);
    stop();
    apply(store, restriction({ sequence: 5 }));
    expect(seen).toEqual([1, 0]);
  });

  it('is told although another one fails', () => {
    const store = storeAt();
    let told = false;
    store.subscribe(() => {
      throw new Error('this one is broken');
    });
    store.subscribe(() => {
      told = true;
    });
    apply(store, restriction());
    expect(told).toBe(true);
  });
});

it('starts again from what it exported, as JSON', () => {
  const store = storeAt();
  const [kept, ended, glass] = [restriction({ sequence: 4 }), restriction({ sequence: 2 }), breakGlass()];
  apply(store, ended, resume([ended.id], { sequence: 3 }), kept, glass);
  store.settle([], { epoch: 1, sequence: 1 });
  const other = storeAt();
  other.restore(JSON.parse(JSON.stringify(store.export())));
  expect(other.inForce()).toEqual(store.inForce());
  expect(apply(other, ended, glass)).toEqual(['known', 'known']);
  expect(other.inForce()).toEqual([kept]);
});

it('keeps a bounded number of directives that are not in force', () => {
  const store = storeAt();
  store.settle([], { epoch: 1, sequence: 1_000_000 });
  for (let sequence = 1; sequence <= 2_500; sequence += 1) apply(store, restriction({ sequence }));
  expect(store.export().restrictions.length).toBeLessThanOrEqual(2_000);
});
