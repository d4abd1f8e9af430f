import { errorCatalogue } from '@etis/kernel';

export const errors = errorCatalogue('WORKERS', {
  KIND_TWICE: {
    kind: 'setup',
    message: (kind: string) => `The workers cannot start, because two modules export the job kind ${kind}. Rename one of them.`,
  },
  LIMIT_MALFORMED: {
    kind: 'invalid',
    message: () => 'The limit is not a whole number from 1 to 200.',
  },
  CURSOR_MALFORMED: {
    kind: 'invalid',
    message: () => 'The cursor is not one that this list gave. Start again without a cursor.',
  },
  DOCUMENT_KEY_INVALID: {
    kind: 'invalid',
    message: (reason: string) => `The document cannot be stored or read under this key: ${reason}; use the key that storing it returned.`,
  },
  DOCUMENT_UNKNOWN: {
    kind: 'not-found',
    message: () => 'There is no such document in this store: it was deleted, or it belongs to another tenant; store it first.',
  },
  DOCUMENT_CHANGED: {
    kind: 'internal',
    retryable: true,
    message: () => 'The document was not stored, because its bytes are not those that its key names; read it again.',
  },
  DOCUMENT_STORE_UNAVAILABLE: {
    kind: 'unavailable',
    retryable: true,
    message: (store: string) =>
      `The document store ${store} did not do what was asked; check that it can be reached and written, and try again later.`,
  },
});
