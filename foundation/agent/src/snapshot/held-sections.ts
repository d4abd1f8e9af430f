import { type SectionName, type SectionStamp, type SectionUpdate, type SectionValues, sectionNames } from '@etis/contracts/snapshot';
import { errorText } from '@etis/kernel';
import { errors } from '../errors.ts';
import { emptySection, type SectionContent, sectionFromTexts } from './section-content.ts';
import { sectionShapes } from './section-shapes.ts';
import type { VerifiedManifest } from './verified-manifest.ts';

/** A section as a subscriber holds it. */
interface HeldSection<Name extends SectionName = SectionName> {
  readonly stamp: SectionStamp;
  readonly content: SectionContent<SectionValues[Name]>;
}

/** What a subscriber holds, by section; what is not there is not its business. */
export type HeldSections = { readonly [Name in SectionName]?: HeldSection<Name> };

/** What came of a snapshot: what is held after it, and why a section was refused. */
export interface Taken {
  readonly held: HeldSections;
  readonly refused: Readonly<Partial<Record<SectionName, string>>>;
}

/** Takes what a manifest says, each section on its own: one that does not fit is refused, and what was held of it stays. */
export function takeSections(held: HeldSections, manifest: VerifiedManifest, updates: readonly SectionUpdate[]): Taken {
  const after: Partial<Record<SectionName, HeldSection>> = {};
  const refused: Partial<Record<SectionName, string>> = {};
  for (const name of sectionNames) {
    const stamp = manifest.sections[name];
    if (stamp === undefined) continue;
    const before = held[name] as HeldSection | undefined;
    try {
      after[name] = takeSection(name, { before, stamp, update: updates.find(({ section }) => section === name) });
    } catch (error) {
      refused[name] = errorText(error).slice(0, 1_000);
      if (before !== undefined) after[name] = before;
    }
  }
  return { held: after as HeldSections, refused };
}

function takeSection(
  name: SectionName,
  { before, stamp, update }: { before: HeldSection | undefined; stamp: SectionStamp; update: SectionUpdate | undefined },
): HeldSection {
  if (before?.stamp.sha256 === stamp.sha256) return { stamp, content: before.content };
  if (update === undefined) throw errors.SECTION_MALFORMED(`the section ${name}`, 'did not come');
  const content = contentAfter(name, before, update);
  if (content.sha256() !== stamp.sha256) throw errors.SECTION_MALFORMED(`the section ${name}`, 'is not what the manifest says');
  return { stamp, content };
}

function contentAfter(name: SectionName, before: HeldSection | undefined, { from, entries }: SectionUpdate): HeldSection['content'] {
  if (typeof entries !== 'object' || entries === null) throw errors.SECTION_MALFORMED(`the section ${name}`, 'is not an object');
  if (from !== null && from !== before?.stamp.version)
    throw errors.SECTION_MALFORMED(`the section ${name}`, 'is a difference from what is not held');
  const shape = sectionShapes[name];
  const checked = Object.entries(entries).map(([key, value]) => [key, value === null ? null : shape(value, `${name}/${key.slice(0, 80)}`)]);
  const base = from === null || before === undefined ? emptySection<SectionValues[SectionName]>() : before.content;
  return (base as SectionContent<SectionValues[SectionName]>).with(Object.fromEntries(checked)) as HeldSection['content'];
}

/** Sections as they are kept on disk: the stamp, and the content's texts. */
export type KeptSections = Readonly<Partial<Record<SectionName, { readonly stamp: SectionStamp; readonly texts: readonly string[] }>>>;

export function keepSections(held: HeldSections): KeptSections {
  const kept = Object.entries(held).map(([name, { stamp, content }]) => [name, { stamp, texts: content.texts() }]);
  return Object.fromEntries(kept) as KeptSections;
}

/** Reads what was kept, and holds it against the manifest by its digests. @throws AGENT_SECTION_MALFORMED and what parsing throws */
export function restoreSections(kept: KeptSections, manifest: VerifiedManifest): HeldSections {
  const held: Partial<Record<SectionName, HeldSection>> = {};
  for (const name of sectionNames) {
    const one = kept[name];
    if (one === undefined) continue;
    const shape = sectionShapes[name];
    const content = sectionFromTexts<SectionValues[SectionName]>(one.texts, (key, value) => shape(value, `${name}/${key.slice(0, 80)}`));
    // A section that was refused when the manifest came is an older one, whose digest nobody signed any more: it is fetched again.
    if (content.sha256() !== manifest.sections[name]?.sha256) continue;
    held[name] = { stamp: one.stamp, content: content as HeldSection['content'] };
  }
  return held as HeldSections;
}
