import { hash } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BreakGlassDirective, Receipt } from '@etis/contracts/directives';
import type { Log } from '@etis/contracts/log';
import type { Signed } from '@etis/contracts/snapshot';
import { type Clock, createLoop, EtisError, errorText, type Service } from '@etis/kernel';
import { errors } from '../../errors.ts';
import type { DirectivesStore } from '../directives-store.ts';
import { checkBreakGlass, readBreakGlassOrder } from './break-glass-order.ts';
import { openUsedNonces, type UsedNonces } from './used-nonces.ts';

/** What says whose signatures count; see `createTrust`. */
export interface OperatorTrust {
  learn(certificates: readonly Signed[], now: number): void;
  open<T>(purpose: 'break-glass', signed: Signed, options: { now: number; role: 'operator' }): T;
}

const mostFiles = 100;
const nonceFile = 'used.nonces';

/**
 * Takes the break-glass orders that are laid into the node's folder, while the role runs and when it starts: signed by a certified operator, for this
 * subscriber, within 24 hours, restricting, and each once. What it refuses is renamed to `*.refused`, with the reason in the log.
 *
 * An order is in force until it expires or a manifest settles it; then its file goes away.
 */
export function createLocalOrders(options: {
  /** `applyLocal`'s folder; orders for this subscriber lie in a folder of its id. */
  folder: string;
  installation: string;
  subscriber: string;
  trust: OperatorTrust;
  store: DirectivesStore;
  clock: Clock;
  log: Log;
  /** Told of each order that was taken or refused; what the platform is to hear once it is reached again. */
  onReceipt?: (receipt: Receipt) => void;
}): Service {
  const { installation, subscriber, trust, store, clock } = options;
  const log = options.log.child({ subscriber });
  const folder = join(options.folder, subscriber);
  const taken = new Map<string, { readonly file: string; readonly nonce: string; readonly until: number }>();
  let nonces: UsedNonces | undefined;
  let watcher: FSWatcher | undefined;
  let forget: (() => void) | undefined;

  function receipt(signed: Signed, digest: string, refused: string | null): Receipt {
    const { id } = JSON.parse(signed.payload) as BreakGlassDirective;
    return {
      installation,
      directive: id,
      digest,
      subscriber,
      outcome: refused === null ? 'applied' : 'refused',
      reason: refused,
      effectiveAt: new Date(clock.now()).toISOString(),
      breakGlass: signed,
    };
  }

  async function take(file: string, used: UsedNonces): Promise<void> {
    const { directive: signed, certificates } = readBreakGlassOrder(await readFile(join(folder, file), 'utf8'));
    const digest = hash('sha256', signed.payload, 'hex');
    const now = clock.now();
    trust.learn(certificates, now);
    const directive = trust.open<BreakGlassDirective>('break-glass', signed, { now, role: 'operator' });
    try {
      checkBreakGlass(directive, { installation, target: subscriber, now });
      const { nonce } = directive.breakGlass;
      if (used.ask(nonce, digest) === 'used') throw errors.BREAK_GLASS_INVALID('it was used before');
      const until = Date.parse(directive.expiresAt);
      await used.keep(nonce, { digest, until, over: false }, now);
      taken.set(digest, { file, nonce, until });
    } catch (error) {
      if (error instanceof EtisError) options.onReceipt?.(receipt(signed, digest, error.message));
      throw error;
    }
    store.apply(directive, digest);
    log.warn({ directive: directive.id, verb: directive.verb, by: directive.by }, 'a break-glass order is in force on this node');
    options.onReceipt?.(receipt(signed, digest, null));
  }

  /** Orders that are not in force any more: their files go, and their nonces stay used. */
  async function forgetOver(used: UsedNonces): Promise<void> {
    const inForce = new Set(store.digests());
    for (const [digest, { file, nonce, until }] of taken) {
      if (inForce.has(digest)) continue;
      await used.keep(nonce, { digest, until, over: true }, clock.now());
      await rm(join(folder, file), { force: true });
      taken.delete(digest);
      log.info({ digest }, 'a break-glass order is over');
    }
  }

  async function look(): Promise<void> {
    nonces ??= await openUsedNonces(join(folder, nonceFile));
    await forgetOver(nonces);
    const known = new Set([...taken.values()].map(({ file }) => file));
    const files = (await readdir(folder)).filter((file) => file.endsWith('.json') && !known.has(file)).sort();
    for (const file of files.slice(0, mostFiles)) {
      try {
        await take(file, nonces);
      } catch (error) {
        if (!(error instanceof EtisError)) throw error;
        log.error({ file, reason: errorText(error) }, 'a break-glass order was refused');
        await rename(join(folder, file), join(folder, `${file}.refused`));
      }
    }
  }

  const loop = createLoop({
    name: 'break-glass orders',
    log,
    idleMs: 1_000,
    async round() {
      await look();
      return false;
    },
  });

  return {
    name: 'break-glass orders',
    async start() {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // Before anything else of the role runs.
      await look();
      watcher = watch(folder, () => loop.wake());
      watcher.on('error', (error) => log.warn({ err: error }, 'the folder of break-glass orders is looked at only once a second'));
      forget = store.subscribe(() => loop.wake());
      await loop.start();
    },
    async stop() {
      forget?.();
      watcher?.close();
      forget = undefined;
      watcher = undefined;
      await loop.stop();
      taken.clear();
    },
  };
}
