import { rm } from 'node:fs/promises';
import { createOperatorCredential, operatorTokenHash } from '@etis/agent';
import { createPrivate, type Home, readPrivate } from './home.ts';

/** The operator's credential of this home. `fresh` holds it only when it was made just now, to be shown once. */
export interface OperatorToken {
  readonly file: string;
  readonly fresh: string | null;
  /** Null where the file does not hold a credential: then nobody is the operator. */
  readonly hash: Buffer | null;
}

export async function openOperatorToken(home: Home): Promise<OperatorToken> {
  const kept = (await readPrivate(home.operatorToken))?.trim();
  if (kept) return { file: home.operatorToken, fresh: null, hash: operatorTokenHash(kept) };
  // An empty file is nobody's credential, and would stay so.
  if (kept === '') await rm(home.operatorToken, { force: true });
  const { token, hash } = createOperatorCredential();
  // Of two processes that start at once on one home, the first to write decides for both.
  if (await createPrivate(home.operatorToken, `${token}\n`)) return { file: home.operatorToken, fresh: token, hash };
  return openOperatorToken(home);
}
