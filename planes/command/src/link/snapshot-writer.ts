import { concernsSubscriber } from '@etis/agent';
import type { SubscriberIdentity } from '@etis/contracts/link';
import type { Manifest, Moment, SectionName, SectionStamp, Signed } from '@etis/contracts/snapshot';
import type { Clock } from '@etis/kernel';
import type { Slice } from '../compile/slice-compiler.ts';
import { type SignedDirective, signedDirective } from '../directives/directive-rows.ts';
import type { Signer } from '../keys/key-ring.ts';
import type { Standing } from './governor.ts';

/** What a subscriber has, as far as the platform knows: what it said when it came, and what it was sent since. */
export interface Assumed {
  readonly moment: Moment;
  readonly sections: ReadonlyMap<SectionName, SectionStamp>;
  readonly directives: ReadonlySet<string>;
}

interface WrittenSnapshot {
  /** The message. */
  readonly text: string;
  readonly manifest: Manifest;
  readonly assumed: Assumed;
}

export interface SnapshotWriter {
  /**
   * What brings a subscriber from what it has to a moment; null where it has all of that and the moment too, and `anew` where it has the moment and
   * something else than belongs to it, so that only a later one can say what is right.
   * @throws COMMAND_SIGNING_KEY_MISSING, COMMAND_RECOVERY_NEEDED
   */
  write(subscriber: { identity: SubscriberIdentity; slice: Slice; assumed: Assumed }, now: Moment): WrittenSnapshot | 'anew' | null;
  /** A directive on its own, as a message that every subscriber can verify. */
  order(signed: Signed): string;
}

export function createSnapshotWriter(options: {
  installation: string;
  signer: Signer;
  revokedKeys: () => readonly string[];
  standing: () => Standing;
  clock: Clock;
  freshMs: number;
}): SnapshotWriter {
  const { installation, signer, revokedKeys, standing, clock, freshMs } = options;
  const resigned = new Map<string, Signed>();
  let concerning = new Map<string, readonly SignedDirective[]>();
  let concerningOf: Standing | undefined;

  /** In force for a subscriber; the same list for all of one kind and scope. */
  function directivesOf(identity: SubscriberIdentity, slice: Slice): readonly SignedDirective[] {
    const current = standing();
    if (current !== concerningOf) {
      concerningOf = current;
      concerning = new Map();
      for (const digest of resigned.keys()) if (!current.directives.some((one) => one.digest === digest)) resigned.delete(digest);
    }
    if (current.directives.length === 0) return [];
    const tenants = slice.tenants();
    // A slice of tenants is another object as soon as it has others in it.
    const isNamed = current.directives.some(({ directive }) => 'breakGlass' in directive);
    const find = () => current.directives.filter(({ directive }) => concernsSubscriber(directive, identity, tenants));
    if (isNamed || tenants !== 'all') return find();
    const name = `${identity.kind} ${identity.scope ?? ''}`;
    let found = concerning.get(name);
    if (found === undefined) {
      found = find();
      concerning.set(name, found);
    }
    return found;
  }

  /** A directive in force is signed again by the key that signs now: one that has ended since would not be believed by a subscriber that comes late. */
  function signedNow({ signed, digest, directive }: SignedDirective): Signed {
    const keyId = currentKeyId();
    if ('breakGlass' in directive || signed.keyId === keyId) return signed;
    const kept = resigned.get(digest);
    if (kept !== undefined && kept.keyId === keyId) return kept;
    const fresh = signer.sign('directive', directive);
    resigned.set(digest, fresh);
    return fresh;
  }

  function currentKeyId(): string | undefined {
    const [certificate] = signer.certificates();
    return certificate === undefined ? undefined : (JSON.parse(certificate.payload) as { keyId: string }).keyId;
  }

  return {
    write({ identity, slice, assumed }, moment) {
      const sections = new Map<SectionName, SectionStamp>();
      const updates: string[] = [];
      for (const [section, track] of slice.tracks) {
        const held = assumed.sections.get(section);
        const { sha256 } = track.stamp();
        if (held?.sha256 === sha256) {
          sections.set(section, held);
          continue;
        }
        sections.set(section, { version: moment.version, sha256 });
        const { whole, entries } = track.since(held);
        const from = whole || held === undefined ? 'null' : String(held.version);
        updates.push(`{"section":"${section}","from":${from},"version":${moment.version},"entries":${entries}}`);
      }
      const inForce = directivesOf(identity, slice);
      const digests = inForce.map(({ digest }) => digest).sort();
      const isKnown = digests.length === assumed.directives.size && digests.every((digest) => assumed.directives.has(digest));
      const isNew = moment.epoch !== assumed.moment.epoch || moment.version !== assumed.moment.version;
      if (!isNew) return updates.length === 0 && isKnown ? null : 'anew';
      const now = clock.now();
      const { through } = standing();
      const manifest: Manifest = {
        installation,
        subscriber: identity.id,
        epoch: moment.epoch,
        version: moment.version,
        issuedAt: new Date(now).toISOString(),
        freshUntil: new Date(now + freshMs).toISOString(),
        sections: Object.fromEntries(sections),
        directives: digests,
        directivesThrough: through.epoch === moment.epoch ? through.sequence : 0,
        revokedKeys: revokedKeys(),
      };
      const signed = JSON.stringify(signer.sign('manifest', manifest));
      const certificates = JSON.stringify(signer.certificates());
      const lacking = JSON.stringify(inForce.filter(({ digest }) => !assumed.directives.has(digest)).map(signedNow));
      const snapshot = `{"manifest":${signed},"certificates":${certificates},"updates":[${updates.join(',')}],"directives":${lacking}}`;
      return {
        text: `{"type":"snapshot","snapshot":${snapshot}}`,
        manifest,
        assumed: { moment, sections, directives: new Set(digests) },
      };
    },
    order: (signed) =>
      JSON.stringify({ type: 'directive', directive: signedNow(signedDirective(signed)), certificates: signer.certificates() }),
  };
}
