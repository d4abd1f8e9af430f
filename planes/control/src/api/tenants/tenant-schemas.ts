import { Type } from 'typebox';
import { clusterId, list, named, oneOf, plainText, productId, strict, tenantId, time } from '../schemas.ts';

const status = oneOf(['active', 'suspended'], {
  description: 'of a suspended tenant deliveries are kept as unmatched, and nothing is routed',
});

export const tenantParams = Type.Object({ tenant: tenantId }, strict);

export const tenantReply = named(
  'Tenant',
  Type.Object({
    id: tenantId,
    name: Type.String(),
    status,
    createdAt: time,
    placements: list(Type.Object({ product: productId, cluster: clusterId })),
  }),
);

export const newTenant = named(
  'NewTenant',
  Type.Object({ id: tenantId, name: plainText(200, { description: 'as people call it' }) }, strict),
);

export const tenantErasure = named('TenantErasure', Type.Object({ reason: plainText(500, { minLength: 3 }) }, strict));

export const tenantChange = named(
  'TenantChange',
  Type.Object({ name: Type.Optional(plainText(200)), status: Type.Optional(status) }, { ...strict, minProperties: 1 }),
);
