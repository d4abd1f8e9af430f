import type { PlatformEvent } from '@etis/runtime/sdk';
import { type Context, Liquid } from 'liquidjs';
import { errors } from './errors.ts';

/** Renders what tenants wrote with what senders sent; trusts neither. */
export interface Templates {
  /** @throws NUDGE_TEMPLATE_INVALID naming the field and what is wrong with it. */
  check(field: string, template: string): void;
  /** Text without any escaping; a placeholder without a value is empty. @throws NUDGE_TEMPLATE_INVALID when a limit is exceeded. */
  render(field: string, template: string, event: PlatformEvent): string;
}

const limits = {
  /** Characters of a template. */
  parseLimit: 10_000,
  /** Milliseconds of one rendering; the thread does nothing else meanwhile. */
  renderLimit: 100,
  /** Characters and items that one rendering may make, its output included. */
  memoryLimit: 200_000,
};
/** Text that a template repeats is not counted by the memory limit; a rope of it costs nothing until it is read. */
const maxOutput = 100_000;

/** Tags that read other templates; there are none, and no file is ever looked up. */
const refusedTags = ['include', 'render', 'layout', 'block'];
/** Would let a value pass the counting below. */
const refusedFilters = ['raw'];

/** Liquid, without files, with limits, dates in UTC. Templates see `event`: id, type, source, subject, time, project, region and data. */
export function createTemplates(): Templates {
  const engine = new Liquid({
    ...limits,
    templates: {},
    strictVariables: false,
    strictFilters: true,
    ownPropertyOnly: true,
    timezoneOffset: 0,
    locale: 'en-US',
    outputEscape: toText,
  });
  for (const tag of refusedTags) delete engine.tags[tag];
  for (const filter of refusedFilters) delete engine.filters[filter];

  return {
    check(field, template) {
      try {
        engine.parse(template);
      } catch (error) {
        throw refusal(field, error);
      }
    },
    render(field, template, event) {
      const { id, type, source, subject, time, project, region, data } = event;
      try {
        const text = String(engine.parseAndRenderSync(template, { event: { id, type, source, subject, time, project, region, data } }));
        if (text.length <= maxOutput) return text;
      } catch (error) {
        throw refusal(field, error);
      }
      throw errors.TEMPLATE_INVALID(field, `its text is longer than ${maxOutput} characters`);
    },
  };
}

/** Every value that is put out: objects as JSON, and counted, since the engine counts only what its filters make. */
function toText(this: { context: Context }, value: unknown): string {
  const text = value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  this.context.memoryLimit.use(text.length);
  return text;
}

function refusal(field: string, cause: unknown): Error {
  const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : 'it failed';
  return errors.TEMPLATE_INVALID.because({ cause }, field, reason.slice(0, 200));
}
