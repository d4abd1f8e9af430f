/** @throws where a secret has characters that nobody can see or type, or more than `atMost`; says which, and never quotes it. */
export function checkVisible(secret: string, atMost: number): void {
  if (secret === '') throw new Error('the secret is empty');
  if (secret.length > atMost) throw new Error(`the secret is longer than ${atMost} characters`);
  if (!/^[!-~]+$/.test(secret)) throw new Error('the secret has a space, a line break or another character that is no visible ASCII');
}
