import { hash, randomBytes } from 'node:crypto';
import type { Directive } from '@etis/contracts/directives';
import type { Channel, Downward, LinkProof, SubscriberIdentity, Upward, Wire } from '@etis/contracts/link';
import type {
  KeyCertificate,
  Manifest,
  Moment,
  SectionName,
  SectionUpdate,
  SectionValues,
  Signed,
  SigningPurpose,
  Snapshot,
} from '@etis/contracts/snapshot';
import { canonicalJson } from '../signing/canonical-json.ts';
import { sign, verifySignature } from '../signing/signature.ts';
import { createSigningKey, type SigningKey } from '../signing/signing-key.ts';
import { createTrust, type Trust } from '../signing/trust.ts';
import { emptySection, type SectionContent } from '../snapshot/section-content.ts';
import type { Connect } from './link-session.ts';
import { joinWires } from './wires.ts';

export const installation = 'under-test';
export const router: SubscriberIdentity = { id: 'router.node-1', kind: 'router', scope: null };

/** One connection as the platform under test sees it. */
export interface Line {
  readonly channel: Channel;
  readonly heard: readonly Upward[];
  say(message: Downward): void;
  end(): void;
}

/** A platform with real keys that says what a test wants it to say, over wires of this process. */
export function platformUnderTest() {
  const clock = { at: Date.parse('2026-03-01T10:00:00.000Z'), now: () => clock.at };
  const root = createSigningKey();
  const online = createSigningKey();
  const lines: Line[] = [];
  const manners = { refusing: false, heartbeatMs: 1_000, left: 0, forge: (challenge: Downward): Downward => challenge };

  function certify(
    key: SigningKey,
    { by = root, role = 'online', from = -3_600_000, forMs = 90 * 86_400_000 }: CertifyOptions = {},
  ): Signed {
    const certificate: KeyCertificate = {
      ...{ installation, keyId: key.keyId, publicKey: key.publicKey, role },
      notBefore: new Date(clock.at + from).toISOString(),
      notAfter: new Date(clock.at + forMs).toISOString(),
    };
    return sign(by, 'certificate', certificate);
  }

  function challenge(nonce: string, ours: string): Downward {
    const said: LinkProof = { by: 'platform', installation, nonce, now: new Date(clock.at).toISOString() };
    return {
      type: 'challenge',
      protocol: 1,
      installation,
      nonce: ours,
      proof: sign(online, 'link', said),
      certificates: [certify(online)],
    };
  }

  function serve(wire: Wire, channel: Channel, { nonce, key }: { nonce: string; key: SigningKey }): void {
    const ours = randomBytes(24).toString('base64url');
    const heard: Upward[] = [];
    const say = (message: Downward) => wire.send(JSON.stringify(message));
    const line: Line = { channel, heard, say, end: () => wire.close('the platform hangs up') };
    wire.onMessage((text) => {
      const message = JSON.parse(text) as Upward;
      heard.push(message);
      if (message.type !== 'hello') return;
      const said: LinkProof = { by: 'subscriber', installation, nonce: ours, subscriber: message.identity.id, channel };
      if (message.proof.payload !== canonicalJson(said) || !verifySignature(key.publicKey, 'link', message.proof))
        return wire.close('no proof');
      say({ type: 'welcome', heartbeatMs: manners.heartbeatMs });
      lines.push(line);
    });
    wire.onClose(() => {
      manners.left += 1;
    });
    say(manners.forge(challenge(nonce, ours)));
  }

  return {
    clock,
    root,
    online,
    manners,
    lines,
    certify,
    trust: (): Trust => createTrust({ installation, root: root.publicKey }),
    connectFor:
      (key: SigningKey): Connect =>
      async (channel, nonce) => {
        if (manners.refusing) throw new Error('connection refused');
        const [theirs, ours] = joinWires();
        serve(ours, channel, { nonce, key });
        return theirs;
      },
    /** The newest connection of a channel. */
    line: (channel: Channel = 'command'): Line | undefined => lines.findLast((one) => one.channel === channel),
    directive: (directive: Directive, by = online): Signed => sign(by, 'directive', directive),
    signed: (purpose: SigningPurpose, value: unknown, by = online): Signed => sign(by, purpose, value),
    /** Everything of the content, or what is different from another content that is held in the version `from`. */
    snapshot(options: SnapshotOptions): Snapshot {
      const { content, from = null, before = {}, manifest = {}, by = online, directives = [] } = options;
      const { version } = options.moment;
      const sections = Object.fromEntries(
        Object.entries(content).map(([name, held]) => [name, { version, sha256: (held as SectionContent<never>).sha256() }]),
      );
      const whole: Manifest = {
        ...{ installation, subscriber: router.id, ...options.moment, sections, revokedKeys: [] },
        issuedAt: new Date(clock.at).toISOString(),
        freshUntil: new Date(clock.at + 600_000).toISOString(),
        directives: directives.map(({ payload }) => hash('sha256', payload, 'hex')).sort(),
        ...manifest,
      };
      return {
        manifest: sign(by, 'manifest', whole),
        certificates: [certify(online)],
        updates: Object.entries(content).map(([name, held]) =>
          updateOf(name as SectionName, held as Held, { before: before[name as SectionName] as Held, from, version }),
        ),
        directives,
      };
    },
  };
}

type Held = SectionContent<SectionValues[SectionName]>;
export type Content = { readonly [Name in SectionName]?: SectionContent<SectionValues[Name]> };

interface CertifyOptions {
  readonly by?: SigningKey;
  readonly role?: KeyCertificate['role'];
  readonly from?: number;
  readonly forMs?: number;
}

interface SnapshotOptions {
  readonly moment: Moment;
  readonly content: Content;
  readonly before?: Content;
  readonly from?: number | null;
  readonly manifest?: Partial<Manifest>;
  readonly by?: SigningKey;
  readonly directives?: readonly Signed[];
}

function updateOf(
  section: SectionName,
  content: Held,
  { before, from, version }: { before: Held | undefined; from: number | null; version: number },
): SectionUpdate {
  const base = from === null || before === undefined ? emptySection<SectionValues[SectionName]>() : before;
  const changed = [...content].filter(([key, value]) => JSON.stringify(base.get(key)) !== JSON.stringify(value));
  const gone = [...base.keys()].filter((key) => !content.has(key)).map((key) => [key, null] as const);
  return { section, from, version, entries: Object.fromEntries([...changed, ...gone]) };
}

/** Tenants by their ids, all active. */
export function tenantsOf(...ids: readonly string[]): NonNullable<Content['tenants']> {
  return emptySection<SectionValues['tenants']>().with(
    Object.fromEntries(ids.map((id) => [id, { id, name: `Company ${id}`, status: 'active' as const }])),
  );
}
