import { errorCatalogue } from '@etis/kernel';

export const errors = errorCatalogue('CONTROL', {
  INPUT_INVALID: {
    kind: 'invalid',
    message: (field: string, rule: string) => `The field ${field} was refused: ${rule}.`,
  },
  TENANT_EXISTS: {
    kind: 'conflict',
    message: (id: string) => `The tenant ${id} exists already; choose another id, or change that tenant.`,
  },
  TENANT_UNKNOWN: {
    kind: 'not-found',
    message: (id: string) => `There is no tenant ${id}; create it first, or correct the id.`,
  },
  CLUSTER_UNKNOWN: {
    kind: 'invalid',
    message: (cluster: string, product: string) =>
      `The tenant was not placed, because no cluster ${cluster} runs the product ${product}; name one that does.`,
  },
  PLACEMENT_EXISTS: {
    kind: 'conflict',
    message: (tenant: string, product: string, cluster: string) =>
      `The tenant ${tenant} has the product ${product} on the cluster ${cluster} already; a tenant has a product once.`,
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
  RESOLVER_TAKEN: {
    kind: 'conflict',
    message: (system: string, kind: string) =>
      `The ${system} ${kind} was not mapped, because it belongs to someone else already; remove that entry first.`,
  },
  FLOW_UNKNOWN: {
    kind: 'not-found',
    message: (id: string) => `There is no flow, delivery, event or job ${id}; it may have been removed after its retention.`,
  },
});
