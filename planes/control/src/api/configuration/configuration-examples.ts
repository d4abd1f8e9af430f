/** What the examples of the operations are about. */
const at = '2026-11-02T09:30:00.000Z';
const by = 'operator/local';

export const exampleTenant = 'arbor-construction';
export const exampleChangeId = '019a4c20-11aa-7c3a-9a41-5f0e6b2d8c11';
export const exampleReason = 'They answer their customers themselves in the evening.';

export const exampleParameter = {
  key: 'nudge.reply.daily-limit',
  declaration: {
    key: 'nudge.reply.daily-limit',
    product: 'nudge',
    description: 'How many messages of one user are answered within 24 hours, at most.',
    value: { type: 'number' as const, integer: true, minimum: 0, maximum: 200 },
    default: 20,
  },
  declared: true,
  settings: 2,
  misfits: 0,
};

export const examplePlace = { level: 'tenant' as const, tenant: exampleTenant };

export const exampleSetting = {
  at: examplePlace,
  environment: null,
  value: 5,
  misfit: null,
  change: exampleChangeId,
  setAt: at,
  setBy: by,
};

export const exampleRule = {
  id: 'a-quarter',
  tiers: ['enterprise' as const],
  rollout: { seed: 'autumn', by: 'tenant' as const, shares: { project: 2_500 } },
};

export const exampleFlag = {
  key: 'nudge.subject.project',
  declaration: {
    key: 'nudge.subject.project',
    product: 'nudge',
    description: 'Whether the subject of a notification begins with its project.',
    value: { type: 'boolean' as const },
    variants: { plain: false, project: true },
    default: 'plain',
    off: 'plain',
  },
  declared: true,
  enabled: true,
  rules: [exampleRule],
  misfits: [],
  change: exampleChangeId,
};

export const examplePreview = {
  tenants: 2,
  affected: 1,
  examples: [{ tenant: exampleTenant, before: 20, after: 5 }],
  bySubject: false,
};

export const exampleExplained = {
  key: exampleParameter.key,
  value: 5,
  variant: null,
  reason: 'TARGETING_MATCH' as const,
  why: ['the default is 20, overruled', 'the tenant arbor-construction says 5'],
};

const { declaration } = exampleParameter;
export const exampleChange = {
  id: exampleChangeId,
  key: exampleParameter.key,
  at,
  by,
  reason: exampleReason,
  before: { kind: 'parameter' as const, declaration, settings: [] },
  after: { kind: 'parameter' as const, declaration, settings: [{ at: examplePlace, environment: null, value: 5 }] },
  rollsBack: null,
};

export const exampleRollback = {
  ...exampleChange,
  id: '019a4c21-5d0c-7b21-8f6e-2a7c9d1e4b30',
  reason: 'It was meant for another tenant.',
  before: exampleChange.after,
  after: exampleChange.before,
  rollsBack: exampleChangeId,
};
