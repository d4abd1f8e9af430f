import { errorCatalogue } from '@etis/kernel';

export const errors = errorCatalogue('INGESTION', {
  CONNECTION_UNKNOWN: {
    kind: 'not-found',
    message: () => 'There is no connection at this address, or it is switched off. Check the callback address of the sender.',
  },
  SIGNATURE_REFUSED: {
    kind: 'unauthenticated',
    message: () =>
      'The signature or token of this delivery is missing or does not fit, or the time that it signs is too far from now. Sign the exact bytes of the body with a secret of this connection.',
  },
  HANDSHAKE_REFUSED: {
    kind: 'forbidden',
    message: () =>
      'This request does not prove that it comes from the system of this connection, so it was not confirmed. Compare the token that was entered there.',
  },
  BODY_TOO_LARGE: {
    kind: 'too-large',
    message: (limit: number) => `The body is larger than the ${limit} bytes that this connection takes. Send a smaller one.`,
  },
  INTAKE_FULL: {
    kind: 'unavailable',
    retryable: true,
    message: (bytes: number) =>
      `An operator's directive holds back what this connection delivers, and the ${bytes} bytes that are kept meanwhile are used up. Send it again later.`,
  },
  INBOX_UNAVAILABLE: {
    kind: 'unavailable',
    retryable: true,
    message: () => 'This delivery could not be kept right now, so it was not accepted. Send it again later.',
  },
});
