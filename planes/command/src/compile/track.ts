import { canonicalJson, emptySection, type SectionContent } from '@etis/agent';
import type { SectionName, SectionStamp, SectionValues } from '@etis/contracts/snapshot';

/** One section as some subscribers see it, with the way from what it was: everybody who sees the same has the same track. */
export interface Track<Name extends SectionName = SectionName> {
  readonly section: Name;
  content(): SectionContent<SectionValues[Name]>;
  stamp(): SectionStamp;
  /** Takes changes that came with a version of the governed state; false where they say nothing new. */
  change(entries: Readonly<Record<string, SectionValues[Name] | null>>, version: number): boolean;
  /**
   * The entries that bring someone who holds `held` up to date, as JSON text. `whole` is false where they are only what changed; where nothing is
   * known of what is held they are everything.
   */
  since(held: SectionStamp | undefined): { readonly whole: boolean; readonly entries: string };
}

interface Step {
  /** What the content was before the step. */
  readonly sha256: string;
  readonly keys: readonly string[];
}

/** How far back a difference is known; beyond it a section is sent whole. */
const mostSteps = 1_000;
const mostKeys = 50_000;

export function createTrack<Name extends SectionName>(section: Name): Track<Name> {
  let content = emptySection<SectionValues[Name]>();
  let version = 0;
  let steps: readonly Step[] = [];
  let keyCount = 0;
  let texts = new Map<string, string>();

  function remember(step: Step): void {
    const kept = [...steps, step];
    keyCount += step.keys.length;
    while (kept.length > mostSteps || (keyCount > mostKeys && kept.length > 0)) keyCount -= kept.shift()?.keys.length ?? 0;
    steps = kept;
  }

  /** The keys that differ from what had this digest, null where that is not known. */
  function keysSince(sha256: string): ReadonlySet<string> | null {
    const from = steps.findLastIndex((step) => step.sha256 === sha256);
    return from < 0 ? null : new Set(steps.slice(from).flatMap(({ keys }) => keys));
  }

  function textOf(keys: Iterable<string>): string {
    const entries = [...keys].map((key) => `${JSON.stringify(key)}:${JSON.stringify(content.get(key) ?? null)}`);
    return `{${entries.join(',')}}`;
  }

  /** The same text for everybody who comes from the same place. */
  function kept(name: string, make: () => string): string {
    let text = texts.get(name);
    if (text === undefined) {
      text = make();
      texts.set(name, text);
    }
    return text;
  }

  return {
    section,
    content: () => content,
    stamp: () => ({ version, sha256: content.sha256() }),
    change(entries, at) {
      const differing = Object.entries<SectionValues[Name] | null>(entries).filter(([key, value]) => !isSame(content.get(key), value));
      if (differing.length === 0 && version > 0) return false;
      remember({ sha256: content.sha256(), keys: differing.map(([key]) => key) });
      content = content.with(Object.fromEntries(differing) as Record<string, SectionValues[Name] | null>);
      version = at;
      texts = new Map();
      return true;
    },
    since(held) {
      const keys = held === undefined ? null : keysSince(held.sha256);
      if (held === undefined || keys === null) return { whole: true, entries: kept('', () => textOf(content.keys())) };
      return { whole: false, entries: kept(held.sha256, () => textOf(keys)) };
    },
  };
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === undefined || other === null) return one === undefined && other === null;
  return canonicalJson(one) === canonicalJson(other);
}
