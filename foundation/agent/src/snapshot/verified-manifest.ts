import type { Manifest, Moment, Signed } from '@etis/contracts/snapshot';
import { errors } from '../errors.ts';
import type { Trust } from '../signing/trust.ts';

declare const verified: unique symbol;

/** A manifest that was signed for this subscriber by a certified key. There is no other way to one than `verifyManifest`. */
export type VerifiedManifest = Manifest & { readonly [verified]: true };

/** `now` is the platform's time, in epoch milliseconds. @throws AGENT_MANIFEST_REFUSED, and what `Trust.open` throws */
export function verifyManifest(
  signed: Signed,
  { trust, subscriber, now }: { trust: Trust; subscriber: string; now: number },
): VerifiedManifest {
  const manifest = trust.open<Manifest>('manifest', signed, { now, role: 'online' });
  if (manifest.subscriber !== subscriber) throw errors.MANIFEST_REFUSED('it is for another subscriber');
  if (!isWhole(manifest)) throw errors.MANIFEST_REFUSED('it is not of a known form');
  return manifest as VerifiedManifest;
}

/** Whether one comes after the other in the order of everything that governs. */
export function isAfter(one: Moment, other: Moment): boolean {
  return one.epoch !== other.epoch ? one.epoch > other.epoch : one.version > other.version;
}

function isWhole({ epoch, version, issuedAt, freshUntil, sections, directives, directivesThrough, revokedKeys }: Manifest): boolean {
  const counts = [epoch, version, directivesThrough ?? 0].every((count) => Number.isSafeInteger(count) && count >= 0);
  const times = [issuedAt, freshUntil].every((time) => !Number.isNaN(Date.parse(time)));
  const lists = [directives, revokedKeys].every((list) => Array.isArray(list) && list.every((item) => typeof item === 'string'));
  return counts && times && lists && typeof sections === 'object' && sections !== null;
}
