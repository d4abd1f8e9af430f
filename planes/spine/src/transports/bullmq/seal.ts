import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Marks texts as coming from this installation: HMAC-SHA-256 under a key that every node has and Redis has not. `about` is what a text belongs to, so
 * that it cannot be put to something else.
 */
export interface Seal {
  mark(about: string, text: string): string;
  fits(mark: string, about: string, text: string): boolean;
}

export function createSeal(key: Buffer): Seal {
  const digest = (about: string, text: string) => createHmac('sha256', key).update(`${about.length}:${about}`).update(text).digest();
  return {
    mark: (about, text) => digest(about, text).toString('base64url'),
    fits(mark, about, text) {
      const given = Buffer.from(mark, 'base64url');
      const right = digest(about, text);
      return given.length === right.length && timingSafeEqual(given, right);
    },
  };
}
