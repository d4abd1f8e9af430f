import { hash } from 'node:crypto';
import type { FlagRule } from '@etis/contracts/configuration';

export const buckets = 10_000;

/** Says which variant a targeting key has; null for the rest, that no variant has a share of. */
export interface Rollout {
  /** 0 to 9,999: the first 32 bits of the SHA-256 of the flag's key, the seed and the targeting key, one a line, modulo 10,000. */
  bucket(targetingKey: string): number;
  variantAt(bucket: number): string | null;
}

interface Range {
  readonly from: number;
  /** Excluded. */
  readonly to: number;
  readonly variant: string;
}

/** Buckets that are remembered: a tenant is asked about again and again. */
const maxRemembered = 10_000;

export function createRollout(
  flag: string,
  { seed, shares }: Pick<NonNullable<FlagRule['rollout']>, 'seed' | 'shares'>,
  variants: readonly string[],
): Rollout {
  const prefix = `${flag}\n${seed}\n`;
  const ranges = rangesOf(shares, variants);
  const remembered = new Map<string, number>();
  return {
    bucket(targetingKey) {
      const known = remembered.get(targetingKey);
      if (known !== undefined) return known;
      const bucket = Number.parseInt(hash('sha256', prefix + targetingKey, 'hex').slice(0, 8), 16) % buckets;
      if (remembered.size >= maxRemembered) remembered.clear();
      remembered.set(targetingKey, bucket);
      return bucket;
    },
    variantAt(bucket) {
      for (const { from, to, variant } of ranges) if (bucket >= from && bucket < to) return variant;
      return null;
    },
  };
}

/**
 * Each declared variant fills its own part from below; what is more than the part takes free buckets of others from above. A share that is
 * raised only ever adds buckets to its variant, and meets another variant's only where both have more than their parts.
 */
function rangesOf(shares: Readonly<Record<string, number>>, variants: readonly string[]): readonly Range[] {
  const names = variants.toSorted();
  const part = (index: number) => Math.floor((index * buckets) / names.length);
  const own = names.map((variant, index): Range => {
    const from = part(index);
    return { variant, from, to: Math.min(from + shareOf(shares, variant), part(index + 1)) };
  });
  const free = own.map(({ to }, index) => ({ from: to, to: part(index + 1) })).reverse();
  const spilled = own.flatMap(({ variant, from, to }) => takeFree(free, variant, shareOf(shares, variant) - (to - from)));
  return [...own, ...spilled].filter(({ from, to }) => from < to);
}

function takeFree(free: { from: number; to: number }[], variant: string, wanted: number): readonly Range[] {
  let left = wanted;
  return free.map((gap) => {
    const taken = Math.min(left, gap.to - gap.from);
    left -= taken;
    gap.to -= taken;
    return { variant, from: gap.to, to: gap.to + taken };
  });
}

function shareOf(shares: Readonly<Record<string, number>>, variant: string): number {
  const share = Object.hasOwn(shares, variant) ? (shares[variant] ?? 0) : 0;
  return Number.isInteger(share) && share > 0 ? Math.min(share, buckets) : 0;
}
