import type { CheckedZip } from './check-zip.ts';

const maxBytes = 1_000_000;

const core = {
  title: 'dc:title',
  subject: 'dc:subject',
  author: 'dc:creator',
  keywords: 'cp:keywords',
  description: 'dc:description',
  category: 'cp:category',
  lastModifiedBy: 'cp:lastModifiedBy',
  revision: 'cp:revision',
  createdAt: 'dcterms:created',
  modifiedAt: 'dcterms:modified',
} as const;

const application = {
  application: 'Application',
  applicationVersion: 'AppVersion',
  company: 'Company',
  pages: 'Pages',
  words: 'Words',
} as const;

/**
 * The properties that every Office document carries (ECMA-376 part 2, section 11): flat lists of elements with text in them, under the prefixes that
 * every producer uses. Anything but the five predefined entities and character references stays as written, so nothing can expand.
 */
export async function officeProperties(zip: CheckedZip): Promise<Record<string, string>> {
  return {
    ...pick(await zip.part('docProps/core.xml', maxBytes), core),
    ...pick(await zip.part('docProps/app.xml', maxBytes), application),
  };
}

function pick(part: Buffer | null, elements: Readonly<Record<string, string>>): Record<string, string> {
  if (part === null) return {};
  const xml = part.toString('utf8');
  const found: Record<string, string> = {};
  for (const [name, element] of Object.entries(elements)) {
    const start = new RegExp(`<${element}(?:\\s[^<>]*)?>`).exec(xml);
    if (start === null) continue;
    const from = start.index + start[0].length;
    const end = xml.indexOf('<', from);
    if (end > from) found[name] = unescaped(xml.slice(from, end));
  }
  return found;
}

const predefined: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]{2,4}));/g, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return predefined[name] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
