import { createSigningKey, joinWires, type SigningKey, sign } from '@etis/agent';
import type { Downward, SubscriberIdentity, Upward } from '@etis/contracts/link';
import { operator } from './operator.ts';
import { installation, type PlatformStand } from './platform-stand.ts';

const kills = 10;

/**
 * Milliseconds from the order to the last of so many subscribers, by kill. They prove who they are, take everything, and verify and answer nothing: what
 * is measured is the platform's part.
 */
export async function measureSimulated(stand: PlatformStand, count: number): Promise<readonly number[]> {
  const members = Array.from({ length: count }, (_, index) => ({
    identity: { id: `edge.simulated-${index}`, kind: 'edge', scope: null } satisfies SubscriberIdentity,
    key: createSigningKey(),
  }));
  await stand.plane.adopt(members.map(({ identity, key }) => ({ identity, publicKey: key.publicKey })));
  let heard = 0;
  let all = Promise.withResolvers<void>();
  const onDirective = () => {
    heard += 1;
    if (heard === count) all.resolve();
  };
  for (const { identity, key } of members) await listen(stand, { identity, key, onDirective });
  const killMs: number[] = [];
  for (let index = 0; index < kills; index += 1) {
    heard = 0;
    all = Promise.withResolvers<void>();
    const begun = performance.now();
    const { directive } = await stand.plane.directives.order(operator, { verb: 'kill', scope: {}, reason: 'benched' });
    await all.promise;
    killMs.push(performance.now() - begun);
    heard = 0;
    all = Promise.withResolvers<void>();
    await stand.plane.directives.resume(operator, { ends: [directive.id], reason: 'benched' });
    await all.promise;
  }
  return killMs;
}

/** Resolves once it is welcome. */
async function listen(
  stand: PlatformStand,
  { identity, key, onDirective }: { identity: SubscriberIdentity; key: SigningKey; onDirective: () => void },
): Promise<void> {
  const [wire, ours] = joinWires();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const say = (message: Upward) => wire.send(JSON.stringify(message));
  wire.onClose((reason) => reject(new Error(`${identity.id} was refused: ${reason}`)));
  wire.onMessage((text) => {
    if (text.startsWith('{"type":"directive"')) {
      onDirective();
      return;
    }
    if (text.startsWith('{"type":"snapshot"')) return;
    const message = JSON.parse(text) as Downward;
    if (message.type === 'beat') say({ type: 'beat' });
    if (message.type === 'welcome') resolve();
    if (message.type !== 'challenge') return;
    const proof = { by: 'subscriber', installation, nonce: message.nonce, subscriber: identity.id, channel: 'command' };
    const holds = { epoch: 0, version: 0, sections: {}, directives: [] };
    say({ type: 'hello', identity, channel: 'command', holds, proof: sign(key, 'link', proof) });
  });
  stand.plane.server.accept(ours, `nonce-${identity.id}`.padEnd(24, '-').slice(0, 60));
  await promise;
}
