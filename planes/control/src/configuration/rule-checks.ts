import type { FlagDeclaration, FlagRule } from '@etis/contracts/configuration';
import type { PlatformTx } from '@etis/postgres';
import { invalidInput } from '../errors.ts';
import { checkText } from '../input.ts';

const maxRules = 50;
const whole = 10_000;

/** Whether the rules can be a flag's, with everything that they name. @throws CONTROL_INPUT_INVALID with the place in `rules` */
export async function checkRules(tx: PlatformTx, declaration: FlagDeclaration, rules: readonly FlagRule[]): Promise<void> {
  if (rules.length > maxRules) throw invalidInput('/rules', `a flag has at most ${maxRules} rules`);
  const seen = new Set<string>();
  for (const [index, rule] of rules.entries()) {
    if (seen.has(rule.id)) throw invalidInput(`/rules/${index}/id`, 'another rule has this id');
    seen.add(rule.id);
    checkRule(declaration, rule, `/rules/${index}`);
  }
  await checkNamed(tx, rules);
}

function checkRule(declaration: FlagDeclaration, rule: FlagRule, at: string): void {
  const { from, until, variant, rollout } = rule;
  for (const [name, moment] of Object.entries({ from, until })) {
    if (moment !== undefined && Number.isNaN(Date.parse(moment))) throw invalidInput(`${at}/${name}`, 'it is no moment');
  }
  if (from !== undefined && until !== undefined && Date.parse(from) >= Date.parse(until)) {
    throw invalidInput(`${at}/until`, 'it lies before the beginning');
  }
  if ((variant === undefined) === (rollout === undefined)) throw invalidInput(at, 'a rule has a variant or a rollout, and not both');
  if (variant !== undefined) checkVariant(declaration, variant, `${at}/variant`);
  if (rollout !== undefined) checkRollout(declaration, rollout, `${at}/rollout`);
}

function checkRollout(declaration: FlagDeclaration, { seed, shares }: NonNullable<FlagRule['rollout']>, at: string): void {
  checkText(`${at}/seed`, seed, 100);
  const entries = Object.entries(shares);
  if (entries.length === 0) throw invalidInput(`${at}/shares`, 'it names a variant at least');
  for (const [variant, share] of entries) {
    checkVariant(declaration, variant, `${at}/shares`);
    if (!Number.isInteger(share) || share < 0 || share > whole)
      throw invalidInput(`${at}/shares`, `a share is a whole number from 0 to ${whole}`);
  }
  if (entries.reduce((sum, [, share]) => sum + share, 0) > whole)
    throw invalidInput(`${at}/shares`, `together they are more than ${whole}`);
}

function checkVariant({ variants }: FlagDeclaration, name: string, at: string): void {
  if (!Object.hasOwn(variants, name)) throw invalidInput(at, `the flag has the variants ${Object.keys(variants).join(', ')}`);
}

/** A tenant or cluster that does not exist is a slip of the pen. */
async function checkNamed(tx: PlatformTx, rules: readonly FlagRule[]): Promise<void> {
  for (const member of ['tenants', 'clusters'] as const) {
    const named = [...new Set(rules.flatMap((rule) => rule[member] ?? []))];
    const table = member === 'tenants' ? 'tenant' : 'cluster';
    const missing = await tx.query<{ id: string }>(
      `select id from unnest($1::text[]) as named (id) where not exists (select from ${table} t where t.id = named.id) limit 1`,
      [named],
    );
    const id = missing[0]?.id;
    if (id === undefined) continue;
    const index = rules.findIndex((rule) => rule[member]?.includes(id));
    throw invalidInput(`/rules/${index}/${member}`, `there is no ${table} ${id}`);
  }
}
