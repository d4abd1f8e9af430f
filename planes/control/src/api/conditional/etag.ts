import { hash } from 'node:crypto';

/** A strong validator of what a reply shows: the same content has the same, whichever process answers. */
export function etagOf(content: unknown): string {
  return `"${hash('sha256', JSON.stringify(content), 'base64url').slice(0, 27)}"`;
}

/** The entity tags of a header: `*`, or the tags as they stand there; null for what is neither. At most 20 tags are read. */
export function readEntityTags(header: string): '*' | readonly string[] | null {
  if (header.trim() === '*') return '*';
  const tags = header.split(',').map((tag) => tag.trim());
  return tags.length <= 20 && tags.every((tag) => /^(W\/)?"[\x21\x23-\x7e]{0,200}"$/.test(tag)) ? tags : null;
}
