import { environments, type FlagRule } from '@etis/contracts/configuration';
import { tiers } from '@etis/contracts/tenancy';
import { Type } from 'typebox';
import {
  clusterId,
  integer,
  list,
  named,
  nullable,
  oneOf,
  pageFields,
  pageOf,
  plainText,
  productId,
  strict,
  tenantId,
  text,
  time,
  uuid,
} from '../schemas.ts';

const key = Type.String({
  maxLength: 80,
  pattern: '^[a-z][a-z0-9-]*(\\.[a-z0-9][a-z0-9-]*)+$',
  description: 'the key of a parameter or flag: the id of its product, a dot, and a name',
});
const environment = oneOf(environments);
const unit = plainText(200, { description: 'a project of the tenant' });
const level = oneOf(['platform', 'product', 'tier', 'tenant', 'unit'], { description: 'the narrower one overrules the broader ones' });
const tier = oneOf(tiers);
const json = (description: string) => Type.Unknown({ description });
const reason = plainText(500, { description: 'why; it is kept with the change' });

export const parameterParams = Type.Object({ parameter: key }, strict);
export const flagParams = Type.Object({ flag: key }, strict);
export const changeParams = Type.Object({ change: uuid }, strict);
export const declaredQuery = Type.Object({ ...pageFields, product: Type.Optional(productId) }, strict);
export const settingsQuery = Type.Object({ ...pageFields, tenant: Type.Optional(tenantId) }, strict);
export const changesQuery = Type.Object({ ...pageFields, key: Type.Optional(key), tenant: Type.Optional(tenantId) }, strict);

const placeFields = {
  level,
  product: Type.Optional(productId),
  tier: Type.Optional(tier),
  tenant: Type.Optional(tenantId),
  unit: Type.Optional(unit),
  environment: Type.Optional(environment),
};
/** Where a parameter is set; what belongs to another level than the one named is refused. */
export const placeQuery = Type.Object(placeFields, strict);
export const unsetQuery = Type.Object({ ...placeFields, reason }, strict);

/** For whom a value is asked. */
export const targetQuery = Type.Object(
  {
    tenant: Type.Optional(tenantId),
    tier: Type.Optional(tier),
    cluster: Type.Optional(clusterId),
    unit: Type.Optional(unit),
    subject: Type.Optional(plainText(200, { description: 'a person or thing within the tenant, for roll-outs by subject' })),
    environment: Type.Optional(environment),
  },
  strict,
);

const valueType = named(
  'ValueType',
  Type.Object({
    type: oneOf(['boolean', 'string', 'number', 'json']),
    maxLength: Type.Optional(integer),
    oneOf: Type.Optional(list(text)),
    minimum: Type.Optional(Type.Number()),
    maximum: Type.Optional(Type.Number()),
    integer: Type.Optional(Type.Boolean()),
  }),
);
const declaration = { key: text, product: productId, description: text, value: valueType };
const parameterDeclaration = Type.Object({ ...declaration, default: json('what counts where nothing is set') });
const flagDeclaration = Type.Object({
  ...declaration,
  variants: Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object', additionalProperties: true, description: 'values by name' }),
  default: Type.String({ description: 'the variant that counts where no rule decides' }),
  off: Type.String({ description: 'the variant while the flag is disabled or a directive kills the feature' }),
});

export const parameterReply = named(
  'Parameter',
  Type.Object({
    key: text,
    declaration: parameterDeclaration,
    declared: Type.Boolean({ description: 'false once its product declares it no more' }),
    settings: Type.Integer({ description: 'how many are set' }),
    misfits: Type.Integer({ description: 'how many of those do not fit the declaration, so that the default counts' }),
  }),
);

const levelReply = Type.Object({
  level,
  product: Type.Optional(productId),
  tier: Type.Optional(tier),
  tenant: Type.Optional(tenantId),
  unit: Type.Optional(text),
});
const everywhere = nullable(environment);
export const settingReply = named(
  'ParameterSetting',
  Type.Object({
    at: levelReply,
    environment: everywhere,
    value: json('what it is set to'),
    misfit: nullable(Type.String({ description: 'why the default counts instead' })),
    change: Type.String({ description: 'the change that made it so; another with every change' }),
    setAt: time,
    setBy: text,
  }),
);
export const settingBody = named('ParameterValue', Type.Object({ value: json('as the declaration says'), reason }, strict));
export const settingPreview = named(
  'ParameterPreviewOrder',
  Type.Object({ ...placeFields, value: Type.Optional(json('what it would be set to; without one it would be unset')) }, strict),
);

const name = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$' });
const some = <T extends Parameters<typeof Type.Array>[0]>(items: T, maxItems: number) =>
  Type.Optional(Type.Array(items, { minItems: 1, maxItems, uniqueItems: true }));
const moment = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }));
const shares = {
  type: 'object',
  additionalProperties: { type: 'integer', minimum: 0, maximum: 10_000 },
  minProperties: 1,
  maxProperties: 50,
  description: 'variants and their shares in hundredths of a percent; what is left falls to the next rule',
};
const ruleBody = named(
  'FlagRule',
  Type.Unsafe<FlagRule>(
    Type.Object(
      {
        id: name,
        tenants: some(tenantId, 1_000),
        tiers: some(tier, 3),
        clusters: some(clusterId, 100),
        environments: some(environment, 3),
        from: moment('from when it fits'),
        until: moment('until when it fits'),
        variant: Type.Optional(name),
        rollout: Type.Optional(
          Type.Object(
            {
              seed: plainText(100, { description: 'rules with the same seed of one flag choose the same tenants or subjects' }),
              by: oneOf(['tenant', 'subject']),
              shares: Type.Unsafe<Readonly<Record<string, number>>>(shares),
            },
            strict,
          ),
        ),
      },
      { ...strict, description: 'fits what has every member that it names; gives a variant, or variants by their shares' },
    ),
  ),
);
const rules = Type.Unsafe<readonly FlagRule[]>(Type.Array(ruleBody, { maxItems: 50, description: 'the first that fits decides' }));

export const flagReply = named(
  'Flag',
  Type.Object({
    key: text,
    declaration: flagDeclaration,
    declared: Type.Boolean({ description: 'false once its product declares it no more' }),
    enabled: Type.Boolean({ description: 'while it is not, the variant `off` counts for everybody' }),
    rules,
    misfits: list(Type.String({ description: 'a rule that names a variant which is gone, so that the default counts' })),
    change: nullable(Type.String({ description: 'the change that made it so; another with every change' })),
  }),
);
export const flagBody = named('FlagOrder', Type.Object({ rules, enabled: Type.Optional(Type.Boolean()), reason }, strict));
export const reasonBody = named('Reason', Type.Object({ reason }, strict));
export const flagPreview = named(
  'FlagPreviewOrder',
  Type.Object(
    {
      rules: Type.Optional(rules),
      enabled: Type.Optional(Type.Boolean()),
      environment: Type.Optional(environment),
      at: moment('schedules count as at this moment; by default now'),
    },
    strict,
  ),
);

export const previewReply = named(
  'ConfigurationPreview',
  Type.Object({
    tenants: Type.Integer({ description: 'how many have the product' }),
    affected: Type.Integer({ description: 'how many of those would have another value' }),
    examples: list(Type.Object({ tenant: tenantId, before: json('as it is'), after: json('as it would be') })),
    bySubject: Type.Boolean({ description: 'whether a rule decides by subjects, who are not counted' }),
  }),
);

export const explainedReply = named(
  'ExplainedValue',
  Type.Object({
    key: text,
    value: json('what counts'),
    variant: nullable(text),
    reason: oneOf(['DEFAULT', 'STATIC', 'TARGETING_MATCH', 'SPLIT', 'DISABLED', 'ERROR', 'STALE']),
    why: list(Type.String({ description: 'what spoke, broadest first' })),
  }),
);

const entryReply = Type.Object({
  kind: oneOf(['parameter', 'flag']),
  declaration: Type.Unsafe<object>({ type: 'object', additionalProperties: true, description: 'as it was declared then' }),
  settings: Type.Optional(list(Type.Object({ at: levelReply, environment: everywhere, value: json('what it was set to') }))),
  enabled: Type.Optional(Type.Boolean()),
  rules: Type.Optional(rules),
});
export const changeReply = named(
  'ConfigurationChange',
  Type.Object({
    id: uuid,
    key: text,
    at: time,
    by: text,
    reason: text,
    before: nullable(entryReply),
    after: entryReply,
    rollsBack: nullable(text),
  }),
);
export const rollbackBody = named(
  'RollbackOrder',
  Type.Object(
    { reason, force: Type.Optional(Type.Boolean({ description: 'also where the same was changed again since; false by default' })) },
    strict,
  ),
);

export const parametersPage = pageOf(parameterReply);
export const settingsPage = pageOf(settingReply);
export const flagsPage = pageOf(flagReply);
export const changesPage = pageOf(changeReply);
