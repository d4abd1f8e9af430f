import type { CommandDesks } from '@etis/contracts/command';
import type { Context } from '@etis/contracts/context';
import { errorCatalogue } from '@etis/kernel';
import { exampleEntry, exampleVerification } from './audit/audit-schemas.ts';
import { type DeskOrder, deskUnderTest } from './directives/desk-under-test.ts';
import { exampleInvitation, exampleMember } from './fleet/fleet-schemas.ts';
import { exampleKeys, exampleRecovered } from './keys/key-routes.ts';
import { exampleAlert, exampleLoad, exampleMinute } from './telemetry/telemetry-schemas.ts';

const errors = errorCatalogue('COMMAND', {
  SUBSCRIBER_UNKNOWN: { kind: 'not-found', message: (id: string) => `There is no subscriber ${id}.` },
  SIGNING_KEY_UNKNOWN: { kind: 'not-found', message: (id: string) => `There is no signing key ${id}.` },
  VERIFICATION_UNKNOWN: { kind: 'not-found', message: (id: string) => `There is no verification ${id}.` },
});

/** Desks that know the documented examples and note what they were asked. */
export function desksUnderTest(): CommandDesks & { readonly asked: readonly DeskOrder[] } {
  const { desk, asked } = deskUnderTest();
  const note = (method: string, { actor }: Context, request: unknown) => void asked.push({ method, request, by: actor.id });
  return {
    asked,
    directives: desk,
    fleet: {
      members: async () => [exampleMember],
      async invite(context, request) {
        note('invite', context, request);
        return exampleInvitation;
      },
      async revoke(context, id) {
        if (id !== exampleMember.id) throw errors.SUBSCRIBER_UNKNOWN(id);
        note('revoke', context, id);
      },
    },
    recovery: {
      async recover(context) {
        note('recover', context, null);
        return exampleRecovered;
      },
    },
    telemetry: { load: async () => [exampleLoad], history: async () => [exampleMinute], alerts: async () => [exampleAlert] },
    audit: {
      list: async () => ({ items: [exampleEntry], next: null }),
      verify: async () => exampleVerification,
      async verification(id) {
        if (id !== exampleVerification.id) throw errors.VERIFICATION_UNKNOWN(id);
        return exampleVerification;
      },
    },
    keys: {
      status: async () => exampleKeys,
      async rotate(context) {
        note('rotate', context, null);
        const [{ revoked: _, ...certificate }] = exampleKeys.keys as [(typeof exampleKeys.keys)[number]];
        return certificate;
      },
      async revoke(context, keyId, options) {
        if (!exampleKeys.keys.some((key) => key.keyId === keyId)) throw errors.SIGNING_KEY_UNKNOWN(keyId);
        note('revokeKey', context, { keyId, ...options });
      },
      async certifyOperator(context, options) {
        note('certifyOperator', context, options);
        return { payload: '{}', keyId: exampleKeys.root, signature: 'x' };
      },
    },
  };
}
