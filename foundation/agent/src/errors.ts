import { errorCatalogue } from '@etis/kernel';

export const errors = errorCatalogue('AGENT', {
  GOVERNANCE_STALE: {
    kind: 'conflict',
    message: (offered: number, current: number) =>
      `Governance version ${offered} was refused, because version ${current} is already in force; publish a higher one.`,
  },
  BREAK_GLASS_INVALID: {
    kind: 'invalid',
    message: (reason: string) => `The break-glass order was refused, because ${reason}. Make one anew with an operator's certified key.`,
  },
  NOT_CANONICAL: {
    kind: 'internal',
    message: (reason: string) => `The value cannot be signed or hashed, because ${reason}; it has to be plain JSON.`,
  },
  SIGNING_KEY_INVALID: {
    kind: 'setup',
    message: () => 'The signing key cannot be used: it has to be an Ed25519 private key in PEM; restore the right file.',
  },
  SIGNATURE_INVALID: {
    kind: 'forbidden',
    message: (purpose: string) =>
      `A signature for "${purpose}" was refused, because the key that it names did not make it. Nothing has changed.`,
  },
  SECTION_MALFORMED: {
    kind: 'invalid',
    message: (where: string, rule: string) =>
      `What governs was refused, because ${where} ${rule}. The last good one stays in force; run the same release on both sides.`,
  },
  MANIFEST_REFUSED: {
    kind: 'forbidden',
    message: (reason: string) => `A manifest was refused, because ${reason}. What is in force stays.`,
  },
  COPY_EXPOSED: {
    kind: 'setup',
    message: (file: string, mode: string) =>
      `The kept copy of what governs, ${file}, has mode ${mode}, so others could have changed it. Delete it and start again; the platform sends a new one.`,
  },
  COPY_UNWRITABLE: {
    kind: 'setup',
    message: (folder: string, reason: string) =>
      `What governs could not be kept in ${folder} (${reason}); it is in force, and the next start without the platform begins with what was kept before.`,
  },
  ENROLMENT_REFUSED: {
    kind: 'forbidden',
    message: (reason: string) =>
      `The platform refused to enrol this process: ${reason} Ask an operator for new tokens ("etis fleet invite").`,
  },
  LINK_REFUSED: {
    kind: 'unavailable',
    message: (reason: string) => `The platform's link cannot be used: ${reason}.`,
  },
  KEY_UNKNOWN: {
    kind: 'forbidden',
    message: (keyId: string) => `A signature was refused, because the root key certified no key ${keyId} for it. Nothing has changed.`,
  },
  KEY_EXPIRED: {
    kind: 'forbidden',
    message: (keyId: string) =>
      `A signature was refused, because the time of the key ${keyId} is over or has not come. Check the clock; the platform changes its keys by itself.`,
  },
  KEY_REVOKED: {
    kind: 'forbidden',
    message: (keyId: string) => `A signature was refused, because the key ${keyId} was revoked. Nothing has changed.`,
  },
  INSTALLATION_FOREIGN: {
    kind: 'forbidden',
    message: () => 'A signed object was refused, because it is of another installation. Nothing has changed.',
  },
  MASTER_KEY_INVALID: {
    kind: 'setup',
    message: (where: string) =>
      `The master key in ${where} cannot be used: it must be 32 bytes, as 64 hexadecimal characters or as base64; restore the right key.`,
  },
  MASTER_KEY_EXPOSED: {
    kind: 'setup',
    message: (file: string, mode: string) =>
      `The master key file ${file} has mode ${mode}, so others on this machine may read or change it; run "chmod 600" on it, and replace the key if others had access.`,
  },
  MASTER_KEY_UNREADABLE: {
    kind: 'setup',
    message: (file: string, reason: string) =>
      `The master key file ${file} cannot be read or created (${reason}); check that its folder exists and belongs to you, or set ETIS_MASTER_KEY.`,
  },
  MASTER_KEY_WRONG: {
    kind: 'setup',
    message: () =>
      "The master key does not open this installation's secrets: it is not the key that sealed them; restore the right key file or ETIS_MASTER_KEY.",
  },
  SECRET_UNREADABLE: {
    kind: 'internal',
    message: (table: string, column: string) =>
      `A secret in ${table}.${column} does not open: it was changed, moved or sealed for another place; set the secret again.`,
  },
  DATA_KEY_UNKNOWN: {
    kind: 'internal',
    message: (owner: string) =>
      `There is no data key for ${owner}, so nothing of it can be sealed or opened; it was erased or not loaded yet.`,
  },
  OUTBOUND_EXCEPTION_INVALID: {
    kind: 'setup',
    message: (text: string) =>
      `The exception "${text}" for outbound calls cannot be used; write a CIDR block such as 10.1.0.0/16, or host:port as in a URL.`,
  },
  LOCAL_AUDIT_FULL: {
    kind: 'unavailable',
    message: (bytes: number) =>
      `The action was not recorded, because the ${bytes} bytes that are kept while the platform is out of reach are full; connect this node.`,
  },
  OUTBOUND_URL_REFUSED: {
    kind: 'invalid',
    message: (reason: string) => `The address cannot be called: ${reason}; use an http or https address without user and password.`,
  },
  ADDRESS_REFUSED: {
    kind: 'forbidden',
    message: (host: string) => `The host ${host} was refused, because it does not lead to public addresses only; use a public host.`,
  },
  OUTBOUND_REQUEST_INVALID: {
    kind: 'invalid',
    message: (reason: string) => `The request was not sent, because it is not valid HTTP (${reason}); correct its method, headers or body.`,
  },
  OUTBOUND_REDIRECTS_EXCEEDED: {
    kind: 'invalid',
    message: (host: string, limit: number) => `${host} redirects more than ${limit} times; use the final address.`,
  },
  OUTBOUND_RESPONSE_TOO_LARGE: {
    kind: 'too-large',
    message: (host: string, bytes: number) => `The answer of ${host} was dropped, because it is larger than ${bytes} bytes.`,
  },
  OUTBOUND_TIMEOUT: {
    kind: 'unavailable',
    retryable: true,
    message: (host: string, ms: number) => `${host} did not answer completely within ${ms} ms; try again later.`,
  },
  OUTBOUND_NAME_UNKNOWN: {
    kind: 'unavailable',
    retryable: true,
    message: (host: string) => `The name ${host} cannot be resolved; check it, or try again later.`,
  },
  OUTBOUND_FAILED: {
    kind: 'unavailable',
    retryable: true,
    message: (host: string) => `${host} could not be reached, or it broke off; try again later.`,
  },
});
