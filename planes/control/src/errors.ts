import { type EtisError, errorCatalogue } from '@etis/kernel';

export const errors = errorCatalogue('CONTROL', {
  INPUT_INVALID: {
    kind: 'invalid',
    message: (field: string, rule: string) => `The field ${field} was refused: ${rule}.`,
  },
  PRECONDITION_FAILED: {
    kind: 'precondition',
    message: () =>
      'Nothing was changed, because what is there now is not what If-Match or If-None-Match says. Read it again, and decide anew.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    kind: 'unprocessable',
    message: () =>
      'This Idempotency-Key was used in the last 24 hours for another request to this operation. Use a new key for each new request.',
  },
  IDEMPOTENCY_KEY_BUSY: {
    kind: 'conflict',
    retryable: true,
    message: () => 'A request with this Idempotency-Key is being worked on. Ask again in a moment with the same key to get its answer.',
  },
  CHANGES_FULL: {
    kind: 'unavailable',
    retryable: true,
    message: (most: number) => `${most} readers follow the changes already, which is as many as one process takes. Try again later.`,
  },
  TENANT_EXISTS: {
    kind: 'conflict',
    message: (id: string) => `The tenant ${id} exists already; choose another id, or change that tenant.`,
  },
  TENANT_UNKNOWN: {
    kind: 'not-found',
    message: (id: string) => `There is no tenant ${id}; create it first, or correct the id.`,
  },
  TENANT_ACTIVE: {
    kind: 'conflict',
    message: (id: string) =>
      `Nothing of the tenant ${id} was erased, because it is active; suspend it first. What is erased does not come back.`,
  },
  PRODUCT_UNKNOWN: {
    kind: 'not-found',
    message: (product: string) => `There is no product ${product}. Name one that this installation runs.`,
  },
  CLUSTER_UNKNOWN: {
    kind: 'invalid',
    message: (cluster: string, product: string) =>
      `The tenant was not placed, because no cluster ${cluster} runs the product ${product}; name one that does.`,
  },
  NO_SUCH_CLUSTER: {
    kind: 'not-found',
    message: (cluster: string) => `There is no cluster ${cluster}; correct the id.`,
  },
  PLACEMENT_EXISTS: {
    kind: 'conflict',
    message: (tenant: string, product: string, cluster: string) =>
      `The tenant ${tenant} has the product ${product} on the cluster ${cluster} already; a tenant has a product once. Its data lives in that cluster's database and its lane is handled there, so it cannot be moved by naming another cluster.`,
  },
  PLACEMENT_UNKNOWN: {
    kind: 'not-found',
    message: (tenant: string, product: string) => `The tenant ${tenant} is not placed with the product ${product}; place it first.`,
  },
  PLACEMENT_BUSY: {
    kind: 'conflict',
    retryable: true,
    message: (tenant: string, product: string, open: number) =>
      `The placement was not removed, because ${open} entries of the lane ${tenant}/${product} are still to be handled. Wait until it is empty.`,
  },
  CONNECTION_EXISTS: {
    kind: 'conflict',
    message: (id: string) =>
      `The connection ${id} exists already, with another source or tenant than asked for, or created before; choose another id.`,
  },
  CONNECTION_UNKNOWN: {
    kind: 'not-found',
    message: (id: string) => `There is no connection ${id}; create it first, or correct the id.`,
  },
  CONNECTION_ENABLED: {
    kind: 'conflict',
    message: (id: string) => `The connection ${id} was not deleted, because it still accepts deliveries; disable it first.`,
  },
  CONNECTION_USED: {
    kind: 'conflict',
    message: (id: string) =>
      `The connection ${id} was not deleted, because the record holds deliveries of it, which are told apart by its id. Leave it disabled.`,
  },
  RESOLVER_UNKNOWN: {
    kind: 'not-found',
    message: (system: string, kind: string) => `The tenant has no entry for that ${system} ${kind}; correct the id, or put one.`,
  },
  RESOLVER_TAKEN: {
    kind: 'conflict',
    message: (system: string, kind: string) =>
      `The ${system} ${kind} was not mapped, because it belongs to someone else already; remove that entry first.`,
  },
  FLOW_UNKNOWN: {
    kind: 'not-found',
    message: (id: string) => `There is no flow, delivery, event or job ${id}; it may have been removed after its retention.`,
  },
  EVENT_UNKNOWN: {
    kind: 'not-found',
    message: (id: string) => `There is no event ${id}; it may have been removed after its retention.`,
  },
  REPLAY_UNKNOWN: { kind: 'not-found', message: (id: string) => `There is no replay ${id}.` },
  REPLAY_OVER: { kind: 'conflict', message: (id: string, state: string) => `The replay ${id} is ${state} already.` },
  LANE_UNKNOWN: {
    kind: 'not-found',
    message: (lane: string) => `There is no lane ${lane} that is with a cluster.`,
  },
  DEAD_LETTER_UNKNOWN: {
    kind: 'not-found',
    message: (id: string) => `There is no open dead letter ${id}; it may have been redriven or discarded already.`,
  },
  NOT_UNMATCHED: {
    kind: 'not-found',
    message: (delivery: string) => `Nothing of the delivery ${delivery} is unmatched; it may have been replayed already.`,
  },
  JOB_UNKNOWN: {
    kind: 'not-found',
    message: (id: string) => `There is no job ${id}; it may have been removed after its retention.`,
  },
  JOB_ENDED: {
    kind: 'conflict',
    message: (id: string, state: string) => `The job ${id} was not cancelled, because it has ended already: it is ${state}.`,
  },
  DECLARATION_INVALID: {
    kind: 'setup',
    message: (product: string, key: string, problem: string) =>
      `The product ${product} was not registered: "${key.slice(0, 80)}" ${problem}. Correct its configuration.`,
  },
  PARAMETER_UNKNOWN: {
    kind: 'not-found',
    message: (key: string) => `There is no parameter ${key}; correct the key, or deploy a product that declares it.`,
  },
  FLAG_UNKNOWN: {
    kind: 'not-found',
    message: (key: string) => `There is no flag ${key}; correct the key, or deploy a product that declares it.`,
  },
  SETTING_UNKNOWN: {
    kind: 'not-found',
    message: (key: string, place: string) => `The parameter ${key} is not set at ${place}.`,
  },
  CHANGE_UNKNOWN: {
    kind: 'not-found',
    message: (id: string) => `There is no change ${id} of the configuration; of each parameter and flag the last 1,000 are kept.`,
  },
  CHANGE_SUPERSEDED: {
    kind: 'conflict',
    message: (id: string) =>
      `The change ${id} was not rolled back, because the same was changed again since. Roll the later change back first, or force it.`,
  },
  CHANGE_UNDONE: {
    kind: 'conflict',
    message: (id: string) => `The change ${id} was not rolled back, because everything is as it was before it.`,
  },
  SCHEDULE_UNKNOWN: {
    kind: 'not-found',
    message: (tenant: string, id: string) => `The tenant ${tenant} has no schedule ${id}; correct the id, or put one.`,
  },
});

/** What a request says in one place and cannot be, as INPUT_INVALID with that place. */
export function invalidInput(pointer: string, rule: string): EtisError {
  return errors.INPUT_INVALID.because({ details: [{ pointer, detail: rule }] }, pointer, rule);
}
