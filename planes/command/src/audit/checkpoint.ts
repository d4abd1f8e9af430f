import { hash } from 'node:crypto';
import { emptySection, type SectionContent } from '@etis/agent';
import type { Signed } from '@etis/contracts/snapshot';

/** The last entry of a chain. */
export interface ChainHead {
  readonly number: number;
  readonly hash: string;
}

/** The head of every chain; its `sha256` is the root of a tree over them, of which a change costs one branch. */
export type Heads = SectionContent<ChainHead>;

export const noHeads = (): Heads => emptySection<ChainHead>();

/** Where every chain stood, signed for `checkpoint`. */
export interface Checkpoint {
  readonly installation: string;
  /** 1, 2, 3, … without a gap. */
  readonly number: number;
  /** SHA-256 of the payload of the checkpoint before; of the first it is all zeros. */
  readonly previous: string;
  readonly at: string;
  /** Over the heads of all chains. */
  readonly root: string;
  /** The heads that are others than in the checkpoint before, by chain. */
  readonly changed: Readonly<Record<string, ChainHead>>;
  /** The last entry that was given up of chains that begin later from here on; absent where there is none. */
  readonly cuts?: Readonly<Record<string, ChainHead>>;
}

/** A checkpoint as it is kept. */
export interface KeptCheckpoint extends Signed {
  readonly number: number;
}

export function payloadDigest(payload: string): string {
  return hash('sha256', payload, 'hex');
}

/** What a payload says; null for a text that is none. Only its signature says that it is true. */
export function readCheckpoint(payload: string): Checkpoint | null {
  try {
    const value = JSON.parse(payload) as Checkpoint | null;
    if (typeof value !== 'object' || value === null || typeof value.changed !== 'object' || value.changed === null) return null;
    if (value.cuts !== undefined && (typeof value.cuts !== 'object' || value.cuts === null)) return null;
    const heads = [...Object.values(value.changed), ...Object.values(value.cuts ?? {})] as (ChainHead | null)[];
    const isWhole = heads.every((head) => Number.isSafeInteger(head?.number) && typeof head?.hash === 'string');
    return isWhole && Number.isSafeInteger(value.number) && typeof value.at === 'string' ? value : null;
  } catch {
    return null;
  }
}
