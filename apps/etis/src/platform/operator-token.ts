import { createHash } from 'node:crypto';
import { createOperatorCredential } from '@etis/agent';
import { type Home, readPrivate, writePrivate } from './home.ts';

/** The operator's credential of this home. `fresh` holds it only when it was made just now, to be shown once. */
export interface OperatorToken {
  readonly file: string;
  readonly fresh: string | null;
  readonly hash: Buffer;
}

export async function openOperatorToken(home: Home): Promise<OperatorToken> {
  const kept = (await readPrivate(home.operatorToken))?.trim();
  if (kept) return { file: home.operatorToken, fresh: null, hash: createHash('sha256').update(kept).digest() };
  const { token, hash } = createOperatorCredential();
  await writePrivate(home.operatorToken, `${token}\n`);
  return { file: home.operatorToken, fresh: token, hash };
}
