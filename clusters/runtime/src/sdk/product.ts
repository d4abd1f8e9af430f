import { errorText } from '@etis/kernel';
import { compileFilter } from '@etis/kernel/event-filter';
import { errors } from '../errors.ts';
import { type DeclaredConfiguration, declaredConfiguration, type ProductConfiguration } from './configuration.ts';
import type { FilteredHandler, Handler } from './handler.ts';
import type { Operations } from './operation.ts';
import { isTypePattern, patternsFor } from './type-pattern.ts';

/** What a product may set for the hosts that run it. */
export interface ProductSettings {
  /** How long one handler or operation may take, in milliseconds: 1 to 30,000, which is also the default. */
  readonly handlerDeadlineMs: number;
  /**
   * What becomes of a lane with an entry that fails. `set-aside`, the default: it goes on, and the entry is tried again out of order. `stop-lane`: it
   * waits for the entry, in order, and stands still once its attempts are used up until somebody redrives or discards it.
   */
  readonly onFailure: 'set-aside' | 'stop-lane';
}

/** A product as hosts run it. Immutable; only `defineProduct` makes one. */
export interface Product<Offered extends Operations = Operations> {
  readonly id: string;
  readonly title: string;
  /** The folder of the product's own migrations; they run after the runtime's in each cluster's schema. */
  readonly migrations: URL;
  readonly handlers: ReadonlyMap<string, Handler>;
  /** The event types that it wants to hear of, as the router takes them: the patterns of its handlers, sorted. */
  readonly subscriptions: readonly string[];
  /** The conditions of its handlers, by the subscription that they narrow. */
  readonly filters: Readonly<Record<string, string>>;
  readonly operations: Offered;
  readonly settings: ProductSettings;
  /** The datasets that it reads, as the platform names them, sorted. */
  readonly datasets: readonly string[];
  /** What people may set of it from afar. */
  readonly configuration: DeclaredConfiguration;
}

/**
 * Defines a product. Handlers are keyed by event type, by a prefix that ends in `.*`, or by `*`; the most specific one that matches runs, and
 * only that one. One that is given with a condition (`when`) gets what the condition takes; nothing falls back to a less specific one.
 * @throws RUNTIME_PRODUCT_INVALID when an id, a pattern, a condition, a folder, a setting, a parameter or a flag is not of its form.
 */
export function defineProduct<const Offered extends Operations = Record<never, never>>(definition: {
  readonly id: string;
  readonly title: string;
  /** A file URL that ends in `/`: `new URL('../migrations/', import.meta.url)`. */
  readonly migrations: URL;
  readonly handlers: Readonly<Record<string, Handler | FilteredHandler>>;
  readonly operations?: Offered;
  readonly settings?: Partial<ProductSettings>;
  /** By default none. */
  readonly datasets?: readonly string[];
  readonly configuration?: ProductConfiguration;
}): Product<Offered> {
  const { id, title, migrations } = definition;
  const refuse = (reason: string): never => {
    throw errors.PRODUCT_INVALID(id, reason);
  };
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(id)) refuse('its id is not 1 to 40 characters of [a-z0-9-] starting with a letter');
  if (title.trim() === '') refuse('it has no title');
  if (migrations.protocol !== 'file:' || !migrations.pathname.endsWith('/')) refuse('migrations is not a file URL that ends in "/"');
  const patterns = Object.keys(definition.handlers).sort();
  for (const pattern of patterns) {
    if (!isTypePattern(pattern)) refuse(`"${pattern}" is not an event type, a prefix that ends in ".*", or "*"`);
  }
  const filters: Record<string, string> = {};
  const handlers = new Map<string, Handler>();
  for (const [pattern, given] of Object.entries(definition.handlers)) {
    handlers.set(pattern, typeof given === 'function' ? given : given.handle);
    if (typeof given === 'function') continue;
    filters[pattern] = given.when;
    try {
      compileFilter(given.when);
    } catch (error) {
      refuse(`the handler of "${pattern}": ${errorText(error).replace(/\.$/, '')}`);
    }
  }
  const operations = definition.operations ?? ({} as Offered);
  for (const name of Object.keys(operations)) {
    if (!/^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*$/.test(name)) refuse(`"${name}" is not a name for an operation, such as "rules.set"`);
  }
  const handlerDeadlineMs = definition.settings?.handlerDeadlineMs ?? 30_000;
  if (!Number.isInteger(handlerDeadlineMs) || handlerDeadlineMs < 1 || handlerDeadlineMs > 30_000) {
    refuse('handlerDeadlineMs is not a whole number from 1 to 30,000');
  }
  const onFailure = definition.settings?.onFailure ?? 'set-aside';
  if (onFailure !== 'set-aside' && onFailure !== 'stop-lane') refuse('onFailure is neither "set-aside" nor "stop-lane"');
  const datasets = [...new Set(definition.datasets ?? [])].sort();
  for (const name of datasets) {
    if (!/^[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}$/.test(name))
      refuse(`"${name}" is not a dataset, such as "construction.issue_lead_times"`);
  }
  return Object.freeze({
    id,
    title,
    migrations,
    handlers,
    subscriptions: Object.freeze(patterns),
    filters: Object.freeze(filters),
    operations: Object.freeze({ ...operations }),
    settings: Object.freeze({ handlerDeadlineMs, onFailure }),
    datasets: Object.freeze(datasets),
    configuration: declaredConfiguration(id, definition.configuration ?? {}, refuse),
  });
}

/** The handler that hears an event type; undefined where the product has none for it. */
export function handlerFor(product: Product, type: string): Handler | undefined {
  for (const pattern of patternsFor(type)) {
    const handler = product.handlers.get(pattern);
    if (handler !== undefined) return handler;
  }
  return undefined;
}
