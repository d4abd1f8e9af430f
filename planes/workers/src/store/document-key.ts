import type { TenantId } from '@etis/contracts/tenancy';
import { errors } from '../errors.ts';

/** The SHA-256 of a document in lower-case hexadecimal, and a suffix where it is something made of the document, such as its text. */
const keyPattern = /^([0-9a-f]{64})(\.[a-z]{1,16})?$/;
const tenantPattern = /^[a-z][a-z0-9-]{0,39}$/;

export type DocumentKeySuffix = 'txt';

/** The key of a document with this digest (64 hexadecimal digits), or of what was made of it. @throws DOCUMENT_KEY_INVALID */
export function documentKey(sha256: string, suffix?: DocumentKeySuffix): string {
  const key = suffix === undefined ? sha256 : `${sha256}.${suffix}`;
  if (!keyPattern.test(key)) throw errors.DOCUMENT_KEY_INVALID('its digest is no SHA-256 in hexadecimal');
  return key;
}

/** What a key says; drivers build their names from this alone. `content` is the digest that the bytes must have, null for what was made of them. */
export interface CheckedKey {
  readonly tenant: TenantId;
  readonly digest: string;
  readonly key: string;
  readonly content: string | null;
}

/** @throws DOCUMENT_KEY_INVALID for everything that is no tenant id or no key, and so for every text that could lead elsewhere. */
export function checkKey(tenant: TenantId, key: string): CheckedKey {
  if (!tenantPattern.test(tenant)) throw errors.DOCUMENT_KEY_INVALID('its tenant is no tenant id');
  const [, digest, suffix] = keyPattern.exec(key) ?? [];
  if (digest === undefined) throw errors.DOCUMENT_KEY_INVALID('it is not 64 hexadecimal digits with at most a short suffix');
  return { tenant, digest, key, content: suffix === undefined ? digest : null };
}
