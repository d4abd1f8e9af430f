import { createOperatorCredential, operatorTokenHash } from '@etis/agent';
import { type Home, readPrivate, writePrivate } from './home.ts';

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
  const { token, hash } = createOperatorCredential();
  await writePrivate(home.operatorToken, `${token}\n`);
  return { file: home.operatorToken, fresh: token, hash };
}
