import { errorCatalogue } from '@etis/kernel';

export const errors = errorCatalogue('COMMAND', {
  SNAPSHOT_MALFORMED: {
    kind: 'invalid',
    message: (where: string, rule: string) =>
      `A governance snapshot was refused, because ${where} ${rule}. The last good one stays in force; publish one that this release understands.`,
  },
  RECOVERY_NEEDED: {
    kind: 'unavailable',
    message: () =>
      'The platform signs nothing, because subscribers hold more than it ever gave out: it was restored from an older backup. Start a new epoch with the root key ("etis recover").',
  },
  RECOVERY_NOT_NEEDED: {
    kind: 'conflict',
    message: () => 'No recovery was started, because no subscriber holds more than this platform gave out. Nothing has changed.',
  },
  ROOT_KEY_FOREIGN: {
    kind: 'forbidden',
    message: () => 'The root key was refused, because it is not the one that the subscribers of this installation pin. Use the right file.',
  },
  ROOT_KEY_OFFLINE: {
    kind: 'precondition',
    message: (file: string) =>
      `A key could not be certified, because the root key is not at ${file}. Bring it there for as long as it takes, or hand it to the command.`,
  },
  ROOT_KEY_EXPOSED: {
    kind: 'setup',
    message: (file: string, mode: string) =>
      `The root key ${file} has mode ${mode}, so others on this machine may have read it; run "chmod 600" on it, and start anew with another root where others had access.`,
  },
  ROOT_KEY_UNREADABLE: {
    kind: 'setup',
    message: (file: string, reason: string) => `The root key ${file} cannot be read or created (${reason}); check the file and its folder.`,
  },
  INSTALLATION_MISMATCH: {
    kind: 'setup',
    message: (stored: string, given: string) =>
      `The keys in the database are of the installation "${stored}" and this one is called "${given}"; correct the name, because subscribers trust it.`,
  },
  SIGNING_KEY_UNKNOWN: {
    kind: 'not-found',
    message: (keyId: string) => `There is no signing key ${keyId}. List them to find the one that is meant.`,
  },
  SIGNING_KEY_MISSING: {
    kind: 'unavailable',
    message: () => 'Nothing can be signed, because no certified online key is in force; rotate the keys with the root key at hand.',
  },
  SUBSCRIBER_INVALID: {
    kind: 'unprocessable',
    message: (what: string) => `The subscriber was not invited, because ${what}.`,
  },
  SUBSCRIBER_UNKNOWN: {
    kind: 'not-found',
    message: (id: string) => `There is no subscriber ${id}. Invite it, and let it enrol with its token.`,
  },
  SUBSCRIBER_REVOKED: {
    kind: 'forbidden',
    message: (id: string) => `The subscriber ${id} was revoked; invite it under a new id.`,
  },
  SUBSCRIBER_EXISTS: {
    kind: 'conflict',
    message: (id: string) => `There is a subscriber ${id} already, with a key of its own; choose another id, or revoke it first.`,
  },
  SUBSCRIBER_LIED: {
    kind: 'forbidden',
    message: (what: string) => `The connection was ended, because ${what}. A subscriber speaks for itself alone.`,
  },
  ENROLMENT_REFUSED: {
    kind: 'forbidden',
    message: () => 'The enrolment token was refused: it is unknown, over, used, or for another subscriber. Ask for a new one.',
  },
  LINK_PROOF_INVALID: {
    kind: 'unauthenticated',
    message: () => 'The connection was refused, because its proof is not signed by the key of the subscriber that it names.',
  },
  LINK_PORT: {
    kind: 'setup',
    message: (host: string, port: number, reason: string) =>
      `The link cannot listen at ${host}:${port} (${reason}); choose another ETIS_LINK_PORT, or end what holds it.`,
  },
  LINK_CLOSED: {
    kind: 'precondition',
    message: () => 'Nobody can be invited, because this platform has no link for other processes; set ETIS_LINK_PORT and start it again.',
  },
  LINK_PROTOCOL: {
    kind: 'invalid',
    message: (what: string) => `The connection was ended, because ${what}. Run the same release on both sides.`,
  },
  LINK_MESSAGE_FAILED: {
    kind: 'internal',
    message: () => "The connection was ended, because a message could not be worked on here. The platform's log says why; dial again.",
  },
  DIRECTIVE_INVALID: {
    kind: 'unprocessable',
    message: (what: string) => `The directive was not ordered, because ${what}. Nothing has changed.`,
  },
  DIRECTIVE_UNKNOWN: {
    kind: 'not-found',
    message: (id: string) => `There is no directive ${id}. List those in force to find the one that is meant.`,
  },
  DIRECTIVE_ENDED: {
    kind: 'conflict',
    message: (id: string) => `The directive ${id} is over already, so there is nothing to resume.`,
  },
  CURSOR_MALFORMED: {
    kind: 'invalid',
    message: () => 'The cursor is not one that this list gave. Start again without a cursor.',
  },
  LIMIT_MALFORMED: {
    kind: 'invalid',
    message: () => 'The limit is not a whole number from 1 to 200.',
  },
  AUDIT_LEASE_LOST: {
    kind: 'unavailable',
    message: () => 'Nothing was sealed, because another process seals now. It goes on where this one ended.',
  },
  VERIFICATION_UNKNOWN: {
    kind: 'not-found',
    message: (id: string) =>
      `There is no verification ${id}: it was begun at another process, or before this one was started. Begin another.`,
  },
  AUDIT_ENTRY_UNREADABLE: {
    kind: 'internal',
    message: (chain: string, number: string) =>
      `The audit record cannot be listed, because entry ${number} of ${chain} is not what was sealed. Run "etis audit verify".`,
  },
  SNAPSHOT_EXPOSED: {
    kind: 'setup',
    message: (file: string, mode: string) =>
      `The governance snapshot ${file} has mode ${mode}, so others could have changed what governs this process. Delete it and start again; the platform hands out a new one.`,
  },
  OUTPUT_REFUSED: {
    kind: 'invalid',
    message: (dataset: string, tenant: string, reason: string) =>
      `The output of the dataset "${dataset}" for the tenant "${tenant}" was not published, because ${reason}. Mend its pipeline and run it again.`,
  },
  BUNDLE_GONE: {
    kind: 'not-found',
    message: () => 'The bundle or its file is not there, or no longer. Ask for what is current.',
  },
});
