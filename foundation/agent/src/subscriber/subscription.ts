import { hash } from 'node:crypto';
import type { Directive, Receipt } from '@etis/contracts/directives';
import type { Holdings } from '@etis/contracts/link';
import type { Log } from '@etis/contracts/log';
import type { Acknowledgement, Moment, SectionName, SectionStamp, Signed, Snapshot } from '@etis/contracts/snapshot';
import { type Clock, errorText } from '@etis/kernel';
import type { DirectivesStore, KeptDirectives } from '../directives/directives-store.ts';
import { errors } from '../errors.ts';
import type { GovernanceStore } from '../governance/governance-store.ts';
import { createSectionView } from '../governance/section-view.ts';
import type { SecretVault } from '../secrets/secret-vault.ts';
import { type HeldSections, type KeptSections, keepSections, restoreSections, takeSections } from '../snapshot/held-sections.ts';
import { isAfter, type VerifiedManifest, verifyManifest } from '../snapshot/verified-manifest.ts';
import type { SubscriberCredential } from './link-session.ts';
import type { PlatformTime } from './platform-time.ts';

/** What a subscriber is governed by, and what it says of it. */
export interface Subscription {
  /** Takes a snapshot: its directives first and whatever becomes of the rest. Null where nothing of it is new. @throws AGENT_MANIFEST_REFUSED and what verifying throws */
  take(snapshot: Snapshot): Acknowledgement | null;
  /** Takes a directive on its own. Null for one that is none of the platform's. */
  direct(signed: Signed, certificates: readonly Signed[]): Receipt | null;
  holdings(): Holdings;
  /** The manifest in force with everything by which somebody else can verify it; null before the first. */
  shown(): { readonly manifest: Signed; readonly certificates: readonly Signed[]; readonly directives: readonly Signed[] } | null;
  applied(): Moment;
  /** Until when the manifest in force is fresh, in epoch milliseconds of the platform; null before the first. */
  freshUntil(): number | null;
  /** Everything that is in force as one text, by which `restore` can begin anew; null before the first manifest. */
  export(): string | null;
  /**
   * Begins with what was in force when it was exported, as far as the platform signed it. It does not matter how old that is.
   * @throws what reading and verifying throws, and AGENT_MASTER_KEY_WRONG
   */
  restore(text: string): void;
  /** Receipts of what snapshots brought, since the last call. */
  receipts(): readonly Receipt[];
}

interface KeptGovernance {
  readonly manifest: Signed;
  readonly certificates: readonly Signed[];
  readonly sections: KeptSections;
  readonly directives: KeptDirectives;
  readonly signedDirectives: readonly Signed[];
}

const mostCertificates = 100;

export function createSubscription(options: {
  credential: SubscriberCredential;
  store: Pick<GovernanceStore, 'publish'>;
  directives: DirectivesStore;
  vault: Pick<SecretVault, 'addDataKey'>;
  time: PlatformTime;
  clock: Clock;
  log: Log;
}): Subscription {
  const { credential, store, directives, vault, time, clock, log } = options;
  const { identity, installation, trust } = credential;
  const viewOf = createSectionView();
  let held: HeldSections = {};
  let manifest: VerifiedManifest | undefined;
  let signedManifest: Signed | undefined;
  let published = 0;
  let certificates: readonly Signed[] = [];
  let pending: Receipt[] = [];
  const signedDirectives = new Map<string, Signed>();

  function learn(fresh: readonly Signed[]): void {
    trust.learn(fresh, time.now());
    const known = new Set(certificates.map(({ payload }) => payload));
    certificates = [...certificates, ...fresh.filter(({ payload }) => !known.has(payload))].slice(-mostCertificates);
  }

  function receiptOf(directive: Directive, digest: string, reason: string | null): Receipt {
    const effectiveAt = new Date(clock.now()).toISOString();
    const outcome = reason === null ? 'applied' : 'refused';
    return { installation, directive: directive.id, digest, subscriber: identity.id, outcome, reason, effectiveAt };
  }

  function open(signed: Signed): Directive {
    const isBreakGlass = 'breakGlass' in (JSON.parse(signed.payload) as object);
    const role = isBreakGlass ? 'operator' : 'online';
    return trust.open<Directive>(isBreakGlass ? 'break-glass' : 'directive', signed, { now: time.now(), role });
  }

  function direct(signed: Signed): Receipt | null {
    let directive: Directive;
    try {
      directive = open(signed);
    } catch (error) {
      log.error({ err: error }, 'a directive was refused, because the platform did not sign it');
      return null;
    }
    const digest = hash('sha256', signed.payload, 'hex');
    try {
      directives.apply(directive, digest);
      if (directive.verb !== 'resume') signedDirectives.set(digest, signed);
      return receiptOf(directive, digest, null);
    } catch (error) {
      return receiptOf(directive, digest, errorText(error).slice(0, 500));
    }
  }

  function checkMoment(fresh: VerifiedManifest): 'new' | 'known' {
    if (manifest !== undefined && !isAfter(fresh, manifest)) {
      if (isAfter(manifest, fresh)) throw errors.MANIFEST_REFUSED('a later one is in force');
      return 'known';
    }
    if (Date.parse(fresh.freshUntil) <= time.now()) throw errors.MANIFEST_REFUSED('its time is over');
    return 'new';
  }

  function apply(fresh: VerifiedManifest, snapshot: Snapshot): Acknowledgement {
    const taken = takeSections(held, fresh, snapshot.updates);
    const through = fresh.directivesThrough === undefined ? undefined : { epoch: fresh.epoch, sequence: fresh.directivesThrough };
    directives.settle(fresh.directives, through);
    const inForce = new Set([...fresh.directives, ...directives.digests()]);
    for (const digest of signedDirectives.keys()) if (!inForce.has(digest)) signedDirectives.delete(digest);
    signedManifest = snapshot.manifest;
    putInForce(fresh, taken.held);
    for (const [section, reason] of Object.entries(taken.refused))
      log.error({ section, reason }, 'a section of what governs was refused; the last good one stays');
    return acknowledgement(fresh, taken.refused);
  }

  function acknowledgement(of: VerifiedManifest, refused: Readonly<Partial<Record<SectionName, string>>>): Acknowledgement {
    const sections = (Object.keys(of.sections) as SectionName[]).map((name) => {
      const version = held[name]?.stamp.version ?? 0;
      return [name, { version, refused: refused[name] ?? null }] as const;
    });
    const state = Date.parse(of.freshUntil) > time.now() ? 'fresh' : 'stale';
    return { subscriber: identity.id, epoch: of.epoch, version: of.version, sections: Object.fromEntries(sections), state };
  }

  function putInForce(fresh: VerifiedManifest, sections: HeldSections): void {
    // Keys first: whoever sees the view can open what is in it.
    for (const key of sections['data-keys']?.content.values() ?? []) vault.addDataKey(key);
    trust.revoke(fresh.revokedKeys);
    manifest = fresh;
    held = sections;
    time.reached(Date.parse(fresh.issuedAt));
    published = Math.max(published + 1, fresh.version);
    store.publish(viewOf(held, published));
  }

  function restore(kept: KeptGovernance): void {
    const { issuedAt } = JSON.parse(kept.manifest.payload) as { issuedAt: string };
    // It counted when it was applied, and what was applied never stops counting.
    const then = Date.parse(issuedAt);
    trust.learn(kept.certificates, then);
    const known = verifyManifest(kept.manifest, { trust, subscriber: identity.id, now: then });
    const sections = restoreSections(kept.sections, known);
    for (const signed of kept.signedDirectives) {
      trust.open('breakGlass' in (JSON.parse(signed.payload) as object) ? 'break-glass' : 'directive', signed, {
        now: then,
        role: 'breakGlass' in (JSON.parse(signed.payload) as object) ? 'operator' : 'online',
      });
      signedDirectives.set(hash('sha256', signed.payload, 'hex'), signed);
    }
    const restrictions = kept.directives.restrictions.filter(({ digest }) => signedDirectives.has(digest));
    directives.restore({ ...kept.directives, restrictions });
    certificates = kept.certificates;
    signedManifest = kept.manifest;
    putInForce(known, sections);
  }

  return {
    export() {
      if (signedManifest === undefined) return null;
      const kept: KeptGovernance = {
        manifest: signedManifest,
        certificates,
        sections: keepSections(held),
        directives: directives.export(),
        signedDirectives: [...signedDirectives.values()],
      };
      return JSON.stringify(kept);
    },
    restore: (text) => restore(JSON.parse(text) as KeptGovernance),
    take(snapshot) {
      learn(snapshot.certificates);
      for (const signed of snapshot.directives) {
        const receipt = direct(signed);
        if (receipt !== null) pending.push(receipt);
      }
      const fresh = verifyManifest(snapshot.manifest, { trust, subscriber: identity.id, now: time.now() });
      return checkMoment(fresh) === 'known' ? null : apply(fresh, snapshot);
    },
    direct(signed, fresh) {
      learn(fresh);
      return direct(signed);
    },
    holdings() {
      const sections = Object.entries(held).map(([name, { stamp }]) => [name, stamp] as const);
      const { epoch, version } = manifest ?? { epoch: 0, version: 0 };
      return {
        epoch,
        version,
        sections: Object.fromEntries(sections) as Partial<Record<SectionName, SectionStamp>>,
        directives: directives.digests(),
      };
    },
    shown: () =>
      signedManifest === undefined ? null : { manifest: signedManifest, certificates, directives: [...signedDirectives.values()] },
    applied: () => ({ epoch: manifest?.epoch ?? 0, version: manifest?.version ?? 0 }),
    freshUntil: () => (manifest === undefined ? null : Date.parse(manifest.freshUntil)),
    receipts() {
      const due = pending;
      pending = [];
      return due;
    },
  };
}
