import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAddressPolicy, parseOutboundUrl } from './address-policy.ts';

const target = { host: 'example.com', port: 443 };
const strict = createAddressPolicy();

describe('addresses', () => {
  it.each(['93.184.216.34', '1.1.1.1', '8.8.8.8', '172.15.255.255', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::200e'])(
    '%s is public',
    (address) => {
      expect(strict.allows(address, target)).toBe(true);
    },
  );

  it.each([
    ...[
      '0.0.0.0',
      '0.1.2.3',
      '10.0.0.1',
      '100.64.0.1',
      '100.127.255.255',
      '127.0.0.1',
      '127.255.255.254',
      '169.254.0.1',
      '169.254.169.254',
    ],
    ...['172.16.0.1', '172.31.255.255', '192.0.0.1', '192.0.2.1', '192.88.99.1', '192.168.0.1', '198.18.0.1', '198.19.255.255'],
    ...['198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
    ...['::', '::1', '::7f00:1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:a9fe:a9fe', '::ffff:0:7f00:1'],
    ...[
      '64:ff9b::7f00:1',
      '64:ff9b::808:808',
      '64:ff9b:1::1',
      '100::1',
      '2001::1',
      '2001:db8::1',
      '2001:10::1',
      '2002:7f00:1::',
      '3fff::1',
    ],
    ...['fc00::1', 'fd00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', '4000::1', '5f00::1'],
  ])('%s is refused', (address) => {
    expect(strict.allows(address, target)).toBe(false);
  });

  it.each(['', 'localhost', '1.2.3', '0x7f.0.0.1', '256.1.1.1', '1.2.3.4.5', ':::', '8.8.8.8/8'])(
    '%j is no address to connect to',
    (address) => {
      expect(strict.allows(address, target)).toBe(false);
    },
  );

  it('refuses every address inside a private block, and every IPv6 form that carries an IPv4 address', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const hex = (high: number, low: number) => ((high << 8) | low).toString(16);
    fc.assert(
      fc.property(octet, octet, octet, octet, (a, b, c, d) => {
        expect(strict.allows(`10.${b}.${c}.${d}`, target)).toBe(false);
        expect(strict.allows(`127.${b}.${c}.${d}`, target)).toBe(false);
        expect(strict.allows(`169.254.${c}.${d}`, target)).toBe(false);
        const [high, low] = [hex(a, b), hex(c, d)];
        for (const form of [`::ffff:${high}:${low}`, `64:ff9b::${high}:${low}`, `2002:${high}:${low}::1`, `::${high}:${low}`]) {
          expect(strict.allows(form, target)).toBe(false);
        }
      }),
    );
  });
});

describe('exceptions', () => {
  it('open a block for every host', () => {
    const policy = createAddressPolicy(['10.1.0.0/16', 'fd12::/16']);
    expect(policy.allows('10.1.2.3', target)).toBe(true);
    expect(policy.allows('fd12::1', target)).toBe(true);
    expect(policy.allows('10.2.0.1', target)).toBe(false);
    expect(policy.allows('fd13::1', target)).toBe(false);
    expect(policy.allows('::ffff:10.1.2.3', target)).toBe(false);
  });

  it('open local addresses for one host and port', () => {
    const policy = createAddressPolicy(['127.0.0.1:2525', '[::1]:2525', 'Sink.Internal:80']);
    expect(policy.allows('127.0.0.1', { host: '127.0.0.1', port: 2525 })).toBe(true);
    expect(policy.allows('::1', { host: '[::1]', port: 2525 })).toBe(true);
    expect(policy.allows('192.168.1.9', { host: 'sink.internal', port: 80 })).toBe(true);
    expect(policy.allows('127.0.0.1', { host: '127.0.0.1', port: 2526 })).toBe(false);
    expect(policy.allows('127.0.0.1', { host: 'evil.example', port: 2525 })).toBe(false);
  });

  it('never open a metadata service or a form that hides another address', () => {
    const policy = createAddressPolicy(['0.0.0.0/0', '::/0', 'meta:80']);
    for (const address of ['169.254.169.254', '169.254.170.2', '100.100.100.200', 'fd00:ec2::254', 'fd00:0ec2:0:0:0:0:0:254']) {
      expect(policy.allows(address, { host: 'meta', port: 80 })).toBe(false);
    }
    for (const address of ['::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', '2002:a9fe:a9fe::', '0.0.0.0', '224.0.0.1']) {
      expect(policy.allows(address, { host: 'meta', port: 80 })).toBe(false);
    }
    expect(policy.allows('127.0.0.1', target)).toBe(true);
  });

  it.each(['', 'host', '10.0.0.0/33', 'http://host:80', 'host:port', '10.0.0.0/8 '])('%j cannot be used', (text) => {
    expect(() => createAddressPolicy([text])).toThrow(expect.objectContaining({ code: 'AGENT_OUTBOUND_EXCEPTION_INVALID', kind: 'setup' }));
  });
});

describe('URLs', () => {
  it.each(['https://example.com/a?b#c', 'http://example.com:8080'])('%s may be called', (text) => {
    expect(parseOutboundUrl(text).href).toContain('example.com');
  });

  it.each([
    ...[
      '',
      'example.com',
      '/path',
      'ftp://example.com',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'data:text/plain,x',
      'gopher://example.com',
    ],
    ...['http://user@example.com', 'http://user:secret@example.com', 'http://:secret@example.com', 'http://', 'http://[::1', 'http://a b/'],
    `https://example.com/${'a'.repeat(5_000)}`,
  ])('%s is refused', (text) => {
    expect(() => parseOutboundUrl(text)).toThrow(expect.objectContaining({ code: 'AGENT_OUTBOUND_URL_REFUSED', kind: 'invalid' }));
  });

  it('shows no password in its error', () => {
    expect(() => parseOutboundUrl('http://user:hunter2@example.com')).toThrow(/^(?!.*hunter2)/);
  });
});
