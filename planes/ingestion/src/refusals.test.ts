import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressPrefix } from './address-prefix.ts';
import { rememberingLog } from './fakes.ts';
import { createRefusals } from './refusals.ts';

function setUp() {
  const logged = rememberingLog();
  const time = { now: Date.parse('2026-03-01T10:00:30.000Z') };
  const refusals = createRefusals({ log: logged.log, clock: { now: () => time.now } });
  return { ...logged, time, refusals };
}

describe('counts of refused signatures', () => {
  test('are kept by connection and network for the minute that runs', () => {
    const { refusals, time } = setUp();
    refusals.record('a', '198.51.100.0/24');
    refusals.record('a', '198.51.100.0/24');
    refusals.record('b', '198.51.100.0/24');
    expect(refusals.current()).toEqual([
      { connection: 'a', prefix: '198.51.100.0/24', count: 2 },
      { connection: 'b', prefix: '198.51.100.0/24', count: 1 },
    ]);
    time.now += 60_000;
    expect(refusals.current()).toEqual([]);
    expect(refusals.total()).toBe(3);
  });

  test('become one log line a minute, most first', () => {
    const { refusals, time, lines } = setUp();
    for (let i = 0; i < 5; i += 1) refusals.record('b', '203.0.113.0/24');
    refusals.record('a', '198.51.100.0/24');
    expect(lines).toEqual([]);
    time.now += 60_000;
    refusals.record('a', '198.51.100.0/24');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 'warn',
      fields: {
        minute: '2026-03-01T10:00:00.000Z',
        refused: 6,
        unnamed: 0,
        most: [
          { connection: 'b', prefix: '203.0.113.0/24', count: 5 },
          { connection: 'a', prefix: '198.51.100.0/24', count: 1 },
        ],
      },
    });
  });

  test('of the last minute are logged when the service stops, once', async () => {
    const { refusals, lines } = setUp();
    await refusals.service.start();
    refusals.record('a', '198.51.100.0/24');
    await refusals.service.stop();
    await refusals.service.stop();
    expect(lines).toHaveLength(1);
  });

  test('stay bounded under a flood from everywhere, and lose none', () => {
    const { refusals, lines, time } = setUp();
    for (let i = 0; i < 20_000; i += 1) refusals.record('a', `10.${i >> 8}.${i & 255}.0/24`);
    expect(refusals.current()).toHaveLength(1_001);
    expect(refusals.current().reduce((sum, entry) => sum + entry.count, 0)).toBe(20_000);
    time.now += 60_000;
    refusals.current();
    expect(lines).toHaveLength(1);
    expect(lines[0]?.fields).toMatchObject({ refused: 20_000, unnamed: 981 });
    expect(JSON.stringify(lines[0]).length).toBeLessThan(3_000);
  });
});

describe('the network of an address', () => {
  test.each([
    ['198.51.100.77', '198.51.100.0/24'],
    ['::ffff:198.51.100.77', '198.51.100.0/24'],
    ['::FFFF:198.51.100.77', '198.51.100.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['2001:0DB8:0001::1', '2001:db8:1::/48'],
    ['2001::1', '2001:0:0::/48'],
    ['::1', '0:0:0::/48'],
    ['::', '0:0:0::/48'],
    ['1::', '1:0:0::/48'],
    ['64:ff9b::192.0.2.33', '64:ff9b:0::/48'],
    ['fe80::1%eth0', 'fe80:0:0::/48'],
    ['not an address', 'unknown'],
    [undefined, 'unknown'],
  ])('%s is %s', (address, prefix) => {
    expect(addressPrefix(address)).toBe(prefix);
  });

  test('law: any text gives a short prefix, addresses of one network the same', () => {
    fc.assert(fc.property(fc.string(), (text) => addressPrefix(text).length <= 24));
    fc.assert(fc.property(fc.ipV6(), (address) => /^(?:[0-9a-f]{1,4}:){2}[0-9a-f]{1,4}::\/48$|^[\d.]+\/24$/.test(addressPrefix(address))));
    fc.assert(
      fc.property(fc.ipV4(), (address) => addressPrefix(address) === addressPrefix(`${address.slice(0, address.lastIndexOf('.'))}.1`)),
    );
  });
});
