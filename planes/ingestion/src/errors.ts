import { errorCatalogue } from '@etis/kernel';

export const errors = errorCatalogue('INGESTION', {
  CONNECTION_UNKNOWN: {
    kind: 'not-found',
    message: () => 'There is no connection at this address, or it is switched off. Check the callback address of the sender.',
  },
  SIGNATURE_REFUSED: {
    kind: 'unauthenticated',
    message: () =>
      'The signature of this delivery is missing or does not fit. Sign the exact bytes of the body with a secret of this connection.',
  },
  BODY_TOO_LARGE: {
    kind: 'too-large',
    message: (limit: number) => `The body is larger than the ${limit} bytes that this connection takes. Send a smaller one.`,
  },
  INBOX_UNAVAILABLE: {
    kind: 'unavailable',
    retryable: true,
    message: () => 'This delivery could not be kept right now, so it was not accepted. Send it again later.',
  },
});
