import { mkdir, readdir, rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  agentErrors,
  createGovernanceFiles,
  createLocalOrders,
  createSigningKey,
  createSubscriber,
  createTrust,
  dialLink,
  enrol,
  exportSigningKey,
  readEnrolmentToken,
  type SubscriberCredential,
  signingKeyFrom,
  type Trust,
} from '@etis/agent';
import type { EnrolmentToken } from '@etis/contracts/link';
import type { Log } from '@etis/contracts/log';
import { EtisError, type Service, systemClock } from '@etis/kernel';
import { errors } from '../errors.ts';
import { readPrivate, readPrivateJson, writePrivate } from '../platform/home.ts';
import type { GovernedPart } from './governed-part.ts';
import { type LocalAudit, openLocalAudit } from './local-audit.ts';
import type { Node } from './node.ts';
import { governed } from './subscribe-parts.ts';

/** What a part was told when it enrolled, and the key that it enrolled with. */
interface Enrolment extends Omit<EnrolmentToken, 'secret' | 'expiresAt'> {
  readonly privateKey: string;
}

/** How long a first start waits for a platform that is not there yet, in milliseconds. */
const enrolWithinMs = 60_000;
const retryMs = 500;

/** Has every part of this process governed by a platform elsewhere: by what it kept at once, and over a link from then on. @throws ETIS_NOT_ENROLLED */
export async function subscribeApart(node: Pick<Node, 'parts' | 'vault' | 'home' | 'config' | 'log' | 'run'>): Promise<void> {
  const { parts, vault, home, config, log, run } = node;
  // Several processes may share a home; each is a subscriber of its own.
  const folder = join(home.link, config.node ?? String(config.port));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const known = await readEnrolments(folder);
  const tokens = await readTokens(config.linkTokens);
  const trusts = new Map<string, Trust>();
  const trustIn = (installation: string, root: string): Trust => {
    const name = `${installation} ${root}`;
    const trust = trusts.get(name) ?? createTrust({ installation, root });
    trusts.set(name, trust);
    return trust;
  };
  for (const part of parts.all) {
    const { identity, installation, root, privateKey, url, authority } =
      known.find((one) => isFor(one, part)) ?? (await enrolPart(part, { tokens, folder, log }));
    const urls = config.linkUrls.length > 0 ? config.linkUrls : url.split(',');
    const credential = { identity, installation, key: signingKeyFrom(privateKey), trust: trustIn(installation, root) };
    const copy = createGovernanceFiles({ folder: join(folder, identity.id), log });
    part.subscriber = createSubscriber({
      store: part.store,
      directives: part.orders,
      credential,
      vault,
      connect: dialLink({ urls, authority }),
      copy,
      clock: systemClock,
      log,
    });
    part.identity = identity;
    part.trust = credential.trust;
    await run(part.subscriber);
    const audit = await run(await openLocalAudit(part, { home, log }));
    await run(localOrders(part, { credential, folder: home.breakGlass, audit, log }));
  }
  await governed(parts.all);
}

/** Orders that operators sign with their own keys, for when the platform cannot be reached. */
function localOrders(
  { orders, subscriber }: GovernedPart,
  { credential, folder, audit, log }: { credential: SubscriberCredential; folder: string; audit: LocalAudit; log: Log },
): Service {
  const { identity, installation, trust } = credential;
  return createLocalOrders({
    ...{ folder, installation, subscriber: identity.id, trust, store: orders, clock: systemClock, log },
    onReceipt(receipt) {
      audit.noteOrder(receipt);
      subscriber?.report(receipt);
    },
  });
}

function isFor({ identity }: Pick<Enrolment, 'identity'>, { kind, scope }: Pick<GovernedPart, 'kind' | 'scope'>): boolean {
  return identity.kind === kind && identity.scope === scope;
}

async function readEnrolments(folder: string): Promise<readonly Enrolment[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json'));
  const read = await Promise.all(files.map((file) => readPrivateJson<Enrolment>(join(folder, file))));
  return read.filter((one) => one !== null);
}

/** The setting holds tokens, or names a file that does. */
async function readTokens(setting: string | null): Promise<readonly EnrolmentToken[]> {
  if (setting === null) return [];
  const text = isAbsolute(setting) ? await readPrivate(setting) : setting;
  if (text === null) throw errors.FILE_UNREADABLE(setting, 'it is not there; ETIS_LINK_TOKENS names it');
  return text
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map(readEnrolmentToken);
}

async function enrolPart(
  part: GovernedPart,
  { tokens, folder, log }: { tokens: readonly EnrolmentToken[]; folder: string; log: Log },
): Promise<Enrolment> {
  let refusal: unknown = errors.NOT_ENROLLED(part.scope === null ? part.kind : `${part.kind} ${part.scope}`);
  for (const token of tokens.filter((one) => isFor(one, part))) {
    try {
      return await enrolWith(token, { folder, log });
    } catch (error) {
      if (!(error instanceof EtisError) || error.code !== agentErrors.ENROLMENT_REFUSED.code) throw error;
      // Another process of this home used it.
      refusal = error;
    }
  }
  throw refusal;
}

async function enrolWith(token: EnrolmentToken, { folder, log }: { folder: string; log: Log }): Promise<Enrolment> {
  const { secret: _, expiresAt: __, ...told } = token;
  // Kept before it is enrolled: an answer that is lost is asked for again with the same key.
  const draft = join(folder, `${token.identity.id}.enrolling`);
  const kept = await readPrivate(draft);
  const key = kept === null ? createSigningKey() : signingKeyFrom(kept);
  if (kept === null) await writePrivate(draft, exportSigningKey(key));
  const connect = dialLink({ urls: token.url.split(','), authority: token.authority });
  const until = Date.now() + enrolWithinMs;
  for (;;) {
    try {
      await enrol({ token, key, connect });
      break;
    } catch (error) {
      const isAway = error instanceof EtisError && error.code === agentErrors.LINK_REFUSED.code;
      if (!isAway || Date.now() > until) throw error;
      log.warn({ subscriber: token.identity.id, err: error }, 'the platform cannot be reached to enrol with; it is tried again');
      await delay(retryMs);
    }
  }
  const enrolment: Enrolment = { ...told, privateKey: exportSigningKey(key) };
  await writePrivate(join(folder, `${token.identity.id}.json`), JSON.stringify(enrolment, null, 2));
  await rm(draft, { force: true });
  return enrolment;
}
