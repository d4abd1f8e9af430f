import { errorCatalogue } from '@etis/kernel';

export const errors = errorCatalogue('RUNTIME', {
  PRODUCT_INVALID: {
    kind: 'setup',
    message: (product: string, reason: string) => `The product "${product}" cannot be defined: ${reason}.`,
  },
  CLUSTER_FOREIGN: {
    kind: 'setup',
    message: (cluster: string, wanted: string, given: string) =>
      `The cluster "${cluster}" runs the product "${wanted}" and was given "${given}". Pass the product that the cluster names.`,
  },
  BATCH_FOREIGN: {
    kind: 'invalid',
    message: (host: string, reason: string) => `The cluster host "${host}" refused a batch that is not its own: ${reason}.`,
  },
  TENANT_NOT_PLACED: {
    kind: 'unavailable',
    retryable: true,
    message: (host: string, tenant: string) =>
      `The tenant "${tenant}" is not placed on the cluster host "${host}", as far as that has heard.`,
  },
  LANE_LEFT: {
    kind: 'unavailable',
    retryable: true,
    message: (lane: string) => `The batch is from before the lane "${lane}" went to another cluster; nothing of it was handled.`,
  },
  BATCH_MALFORMED: {
    kind: 'invalid',
    message: (reason: string) => `A batch breaks the rules of lanes: ${reason}.`,
  },
  STOPPED: {
    kind: 'unavailable',
    retryable: true,
    message: () => 'Handling was stopped before it was done; nothing of it was kept. Deliver the batch again.',
  },
  HELD: {
    kind: 'unavailable',
    retryable: true,
    message: (verb: string, reason: string) =>
      `Nothing is handled here now, because a directive says ${verb} (${reason}). It goes on when that is resumed.`,
  },
  DATABASE_TROUBLE: {
    kind: 'unavailable',
    retryable: true,
    message: () =>
      "The cluster's database failed while entries were handled; nothing of them is known to be kept. Deliver the batch again.",
  },
  DEADLINE: {
    kind: 'unavailable',
    retryable: true,
    message: (ms: number) => `The product's code did not finish within ${ms} ms and was given up; nothing of it was kept.`,
  },
  CONTEXT_CLOSED: {
    kind: 'internal',
    message: (what: string) =>
      `${what} was called after the handler or operation had ended, when its transaction was over. Await everything before returning.`,
  },
  STATEMENT_UNFINISHED: {
    kind: 'internal',
    message: () => 'The handler or operation returned while a statement of its own was still running. Await every query before returning.',
  },
  STATEMENT_FAILED: {
    kind: 'internal',
    message: (reason: string) =>
      `A statement failed and the handler or operation went on as if it had not; the transaction cannot be kept. The statement's error: ${reason}`,
  },
  STATEMENT_REFUSED: {
    kind: 'internal',
    message: (reason: string) =>
      `A statement was refused: ${reason}. The transaction, its settings and its tenant belong to the host; send one plain statement at a time.`,
  },
  TENANT_CHANGED: {
    kind: 'internal',
    message: () => "The transaction's tenant was changed while product code ran; nothing of it was kept.",
  },
  OUTGOING_INVALID: {
    kind: 'invalid',
    message: (what: string, reason: string) => `${what} was refused: ${reason}.`,
  },
  OPERATION_UNKNOWN: {
    kind: 'not-found',
    message: (product: string, operation: string) => `The product "${product}" has no operation "${operation}".`,
  },
  INPUT_INVALID: {
    kind: 'invalid',
    message: (reason: string) => `The input is not valid: ${reason}.`,
  },
  BUNDLE_REFUSED: {
    kind: 'forbidden',
    message: (dataset: string, reason: string) =>
      `A bundle of the dataset "${dataset}" was refused, because ${reason}. What was held stays.`,
  },
  BUNDLE_SHORT: {
    kind: 'unavailable',
    retryable: true,
    message: (dataset: string, have: number, want: number) =>
      `A file of the dataset "${dataset}" ended after ${have} of ${want} bytes. It is gone on with when it is asked for again.`,
  },
  DATASETS_ABSENT: {
    kind: 'unavailable',
    retryable: true,
    message: () => 'No dataset of this tenant has come to the cluster yet. Ask again once the first one was published.',
  },
});
