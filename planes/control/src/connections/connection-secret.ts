import { randomInt } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A secret that every known sender takes: 48 alphanumeric characters (Autodesk wants 32 to 64 of them), 285 random bits. */
export function randomConnectionSecret(): string {
  return Array.from({ length: 48 }, () => alphabet[randomInt(alphabet.length)]).join('');
}
