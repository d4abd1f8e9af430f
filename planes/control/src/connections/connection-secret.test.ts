import { describe, expect, it } from 'vitest';
import { checkSecret } from '../input.ts';
import { randomConnectionSecret } from './connection-secret.ts';

describe('a random secret', () => {
  const secrets = Array.from({ length: 2_000 }, randomConnectionSecret);

  it('has the form that senders take, and is itself valid input', () => {
    for (const secret of secrets) {
      expect(secret).toMatch(/^[A-Za-z0-9]{48}$/);
      expect(() => checkSecret(secret)).not.toThrow();
    }
  });

  it('is never the same, and uses every character about equally', () => {
    expect(new Set(secrets).size).toBe(secrets.length);
    const counts = Map.groupBy(secrets.join(''), (character) => character);
    expect(counts.size).toBe(62);
    const expected = (secrets.length * 48) / 62;
    // Seven standard deviations: a chance of less than one in a billion for an even source.
    for (const found of counts.values()) expect(Math.abs(found.length - expected)).toBeLessThan(7 * Math.sqrt(expected));
  });
});
