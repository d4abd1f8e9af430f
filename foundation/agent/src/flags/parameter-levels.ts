import type {
  ConfigurationEntry,
  ConfigurationLevel,
  Environment,
  EvaluationTarget,
  ParameterSetting,
} from '@etis/contracts/configuration';
import { frozen, misfit } from '@etis/contracts/configuration-checks';
import { type Decision, shown, type Trace } from './decision.ts';

/** A parameter, ready to be asked. */
export interface CompiledParameter {
  readonly kind: 'parameter';
  decide(target: EvaluationTarget, trace?: Trace): Decision;
}

/** What one level says: in general, and for this environment, which counts where both do. */
interface Slot {
  general?: Said;
  specific?: Said;
}

interface Said {
  readonly label: string;
  readonly value: unknown;
  readonly decision: Decision;
}

/** Only what can count in the environment is kept. */
export function compileParameter(
  { declaration, settings }: Extract<ConfigurationEntry, { kind: 'parameter' }>,
  environment: Environment,
): CompiledParameter {
  const byDefault: Decision = { value: frozen(declaration.default), variant: null, reason: 'DEFAULT' };
  const slots = new Map<string, Slot>();
  for (const setting of settings) {
    if (setting.environment !== null && setting.environment !== environment) continue;
    const key = slotKey(setting.at);
    const slot = slots.get(key) ?? {};
    slots.set(key, slot);
    slot[setting.environment === null ? 'general' : 'specific'] = saidBy(setting);
  }

  function saidBy({ at, environment: only, value }: ParameterSetting): Said {
    const label = `${labelOf(at)}${only === null ? '' : ` in ${only}`}`;
    const wrong = misfit(declaration.value, value);
    if (wrong !== null) return { label: `${label}, where ${wrong},`, value, decision: { ...byDefault, reason: 'ERROR' } };
    const reason = at.level === 'platform' || at.level === 'product' ? 'STATIC' : 'TARGETING_MATCH';
    return { label, value, decision: { value: frozen(value), variant: null, reason } };
  }

  return {
    kind: 'parameter',
    decide(target, trace) {
      trace?.push(`the default is ${shown(declaration.default)}`);
      if (slots.size === 0) return byDefault;
      let decided: Decision = byDefault;
      for (const key of slotKeys(target, declaration.product)) {
        const slot = key === undefined ? undefined : slots.get(key);
        if (slot === undefined) continue;
        tell(slot, trace);
        decided = (slot.specific ?? slot.general)?.decision ?? decided;
      }
      return decided;
    },
  };
}

function tell({ general, specific }: Slot, trace: Trace): void {
  if (trace === undefined) return;
  for (const said of [general, specific]) {
    if (said === undefined) continue;
    trace.push(`${trace.pop()}, overruled`, `${said.label} says ${shown(said.value)}`);
  }
}

/** Everything that may speak for a target, broadest first. Ids hold no slash. */
function slotKeys({ product, tier, tenant, unit }: EvaluationTarget, declaring: string): readonly (string | undefined)[] {
  return [
    'platform',
    `product/${product ?? declaring}`,
    tier === undefined ? undefined : `tier/${tier}`,
    tenant === undefined ? undefined : `tenant/${tenant}`,
    tenant === undefined || unit === undefined ? undefined : `unit/${tenant}/${unit}`,
  ];
}

function slotKey(at: ConfigurationLevel): string {
  switch (at.level) {
    case 'platform':
      return 'platform';
    case 'product':
      return `product/${at.product}`;
    case 'tier':
      return `tier/${at.tier}`;
    case 'tenant':
      return `tenant/${at.tenant}`;
    case 'unit':
      return `unit/${at.tenant}/${at.unit}`;
  }
}

function labelOf(at: ConfigurationLevel): string {
  if (at.level === 'platform') return 'the platform';
  if (at.level === 'product') return `the product ${at.product}`;
  if (at.level === 'tier') return `the tier ${at.tier}`;
  return at.level === 'tenant' ? `the tenant ${at.tenant}` : `the unit ${at.unit} of the tenant ${at.tenant}`;
}
