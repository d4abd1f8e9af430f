import { Type } from 'typebox';
import { named, nullable, pageFields, plainText, productId, strict, tenantId } from '../schemas.ts';

const externalId = {
  system: Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$', description: 'the external system, for example autodesk' }),
  kind: Type.String({ pattern: '^[a-z][a-z0-9_-]{0,39}$', description: "the system's word for what the id names, for example project" }),
  externalId: plainText(500, { description: 'the id, as the system writes it' }),
};

const entryPlace = {
  project: Type.Optional(nullable(plainText(200, { description: "the tenant's project; null where it names none" }))),
  region: Type.Optional(nullable(plainText(40))),
  product: Type.Optional(nullable(productId)),
};

/** The key stands in the query, because ids of external systems may be long and hold slashes. */
export const entryQuery = Type.Object(externalId, strict);
export const entriesQuery = Type.Object(pageFields, strict);
export const entryBody = named('ResolverTarget', Type.Object(entryPlace, strict));

export const entryReply = named(
  'ResolverEntry',
  Type.Object({
    ...externalId,
    project: nullable(Type.String()),
    region: nullable(Type.String()),
    product: nullable(Type.String()),
  }),
);

/** An entry with its tenant, for an order that makes one on the way. */
export const mapping = named('Mapping', Type.Object({ tenant: tenantId, ...externalId, ...entryPlace }, strict));
