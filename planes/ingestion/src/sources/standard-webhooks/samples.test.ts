import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { standardWebhooks } from './standard-webhooks.ts';

/** Signature vectors that lie beside the repository where they may be used; they are no part of it. */
const file = new URL('../../../../../../shared/samples/vectors.json', import.meta.url);

interface Vector {
  readonly id: string;
  readonly provider: string;
  readonly secret?: string;
  readonly public_key?: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly now: number;
  readonly expected: { readonly valid: boolean };
}

describe.skipIf(!existsSync(file))('real vectors', () => {
  test('all hold', () => {
    const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Vector[] };
    const ours = vectors.filter(({ provider }) => provider === 'standard-webhooks');
    expect(ours.length).toBeGreaterThanOrEqual(9);
    for (const { id, secret, public_key, headers, body, now, expected } of ours) {
      const keys = [standardWebhooks.keyOf(secret ?? public_key ?? '')];
      const delivery = { headers, keys, now: now * 1_000 };
      expect(standardWebhooks.verify({ ...delivery, body: Buffer.from(body) }), id).toBe(expected.valid);
      expect(standardWebhooks.verify({ ...delivery, body: Buffer.from(`${body}\n`) }), id).toBe(false);
    }
  });
});
