import { randomBytes } from 'node:crypto';
import type { Downward, EnrolmentToken, LinkProof } from '@etis/contracts/link';
import { errors } from '../errors.ts';
import { canonicalJson } from '../signing/canonical-json.ts';
import { sign } from '../signing/signature.ts';
import type { SigningKey } from '../signing/signing-key.ts';
import { createTrust } from '../signing/trust.ts';
import type { Connect } from './link-session.ts';

const mostToken = 4_000;
const answerMs = 10_000;

/** Reads a token as an operator was given it. @throws AGENT_LINK_REFUSED */
export function readEnrolmentToken(text: string): EnrolmentToken {
  try {
    const token = JSON.parse(Buffer.from(text.trim().slice(0, mostToken), 'base64url').toString()) as EnrolmentToken;
    const words = [token.url, token.installation, token.root, token.authority, token.secret, token.identity.id, token.identity.kind];
    if (words.every((word) => typeof word === 'string' && word !== '')) return token;
  } catch (error) {
    throw errors.LINK_REFUSED.because({ cause: error }, 'the enrolment token is not whole');
  }
  throw errors.LINK_REFUSED('the enrolment token is not whole');
}

/**
 * Has the key certified as the subscriber's that the token is for, by a platform that proves itself by the root key that the token names. Who asks again
 * with the same token and key is enrolled already. @throws AGENT_ENROLMENT_REFUSED, AGENT_LINK_REFUSED where the platform cannot be asked, and what
 * verifying throws
 */
export async function enrol({ token, key, connect }: { token: EnrolmentToken; key: SigningKey; connect: Connect }): Promise<void> {
  const { installation, identity, secret } = token;
  const trust = createTrust({ installation, root: token.root });
  const nonce = randomBytes(24).toString('base64url');
  const wire = await connect('command', nonce);
  const { promise, resolve, reject } = Promise.withResolvers<void>();

  function answer(message: Downward): void {
    if (message.type === 'enrolled') {
      resolve();
      return;
    }
    if (message.type === 'refused') throw errors.ENROLMENT_REFUSED(message.reason);
    if (message.type !== 'challenge')
      throw errors.LINK_REFUSED('reason' in message ? message.reason : 'the platform did not say first who it is');
    const { now } = JSON.parse(message.proof.payload) as { now: string };
    trust.learn(message.certificates, Date.parse(now));
    trust.open('link', message.proof, { now: Date.parse(now), role: 'online' });
    const expected: LinkProof = { by: 'platform', installation, nonce, now };
    if (message.proof.payload !== canonicalJson(expected)) throw errors.LINK_REFUSED('the platform did not answer for this connection');
    const said: LinkProof = { by: 'subscriber', installation, nonce: message.nonce, subscriber: identity.id, channel: 'enrol' };
    wire.send(JSON.stringify({ type: 'enrol', secret, identity, publicKey: key.publicKey, proof: sign(key, 'link', said) }));
  }

  const late = setTimeout(() => reject(errors.LINK_REFUSED('the platform did not answer in time')), answerMs);
  wire.onMessage((text) => {
    try {
      answer(JSON.parse(text) as Downward);
    } catch (error) {
      reject(error);
    }
  });
  wire.onClose((reason) => reject(errors.LINK_REFUSED(reason)));
  try {
    await promise;
  } finally {
    clearTimeout(late);
    wire.close('it is enrolled, or not');
  }
}
