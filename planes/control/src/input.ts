import { errorText } from '@etis/kernel';
import { compileFilter } from '@etis/kernel/event-filter';
import { invalidInput } from './errors.ts';

/** Ids that would read like the platform itself in a lane, an audit row or a log. */
const reservedTenants: ReadonlySet<string> = new Set(['platform', 'system']);

const name = /^[a-z][a-z0-9-]{0,39}$/;

function check(valid: boolean, field: string, rule: string): void {
  if (!valid) throw invalidInput(field, rule);
}

/** @throws CONTROL_INPUT_INVALID, as all checks of this file */
export function checkTenantId(id: string): void {
  check(name.test(id), 'tenant', 'a tenant id has 1 to 40 characters of a-z, 0-9 and "-", and starts with a letter');
  check(!reservedTenants.has(id), 'tenant', `"${id}" is reserved for the platform itself`);
}

export function checkName(field: 'product' | 'cluster' | 'source', id: string): void {
  check(name.test(id), field, 'it has 1 to 40 characters of a-z, 0-9 and "-", and starts with a letter');
}

export function checkConnectionId(id: string): void {
  check(/^[a-z0-9-]{1,60}$/.test(id), 'connection', 'a connection id has 1 to 60 characters of a-z, 0-9 and "-"');
}

/** Text for people: trimmed, without control characters. */
export function checkText(field: string, text: string, maxLength: number): void {
  const printable = !/\p{Cc}/u.test(text) && text.isWellFormed() && text.trim() === text;
  check(
    printable && text.length >= 1 && text.length <= maxLength,
    field,
    `it has 1 to ${maxLength} printable characters and no space at its ends`,
  );
}

export function checkExternalId({ system, kind, externalId }: { system: string; kind: string; externalId: string }): void {
  check(name.test(system), 'system', 'it has 1 to 40 characters of a-z, 0-9 and "-", and starts with a letter');
  check(/^[a-z][a-z0-9_-]{0,39}$/.test(kind), 'kind', 'it has 1 to 40 characters of a-z, 0-9, "_" and "-", and starts with a letter');
  checkText('externalId', externalId, 500);
}

/** An event type, a prefix that ends in `.*`, or `*`. */
export function checkSubscription(type: string): void {
  check(
    type.length <= 200 && /^(\*|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*(\.\*)?)$/.test(type),
    'types',
    `"${type.slice(0, 200)}" is no event type, no prefix that ends in ".*", and not "*"`,
  );
}

/** Conditions by a declared subscription, each of which can be compiled. */
export function checkFilters(filters: Readonly<Record<string, string>>, subscriptions: readonly string[]): void {
  for (const [pattern, text] of Object.entries(filters)) {
    check(subscriptions.includes(pattern), 'filters', `"${pattern.slice(0, 200)}" is filtered and not subscribed to`);
    try {
      compileFilter(text);
    } catch (error) {
      throw invalidInput('filters', `of "${pattern}": ${errorText(error)}`);
    }
  }
}

/** A sender's own secret. */
export function checkSecret(secret: string): void {
  check(/^[\x21-\x7e]{16,256}$/.test(secret), 'secret', 'it has 16 to 256 visible ASCII characters');
}
