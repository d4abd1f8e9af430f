import type { Delivery } from '@etis/contracts/events';
import { isUuid, traceparentFrom } from '@etis/kernel';
import { columnText } from '../record/column-text.ts';
import { thrownText } from '../record/thrown-text.ts';
import { dataText, eventTime, maxTypeLength, type Reading, subjectText } from './draft.ts';

/** The source of events that products emit and jobs report. Only a cluster's outbox and the end of a job write it; nothing that came over HTTP can have it. */
export const platformSource = 'platform';

/** An event caused by an event caused by an event…: past this it is a circle between products, and it ends here. */
export const maxHops = 16;

type Fields = Readonly<Record<string, unknown>>;

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') throw new Error(`its ${name} is not a text`);
  return value;
}

function optional(fields: Fields, name: string): string | null {
  return fields[name] === null || fields[name] === undefined ? null : text(fields, name);
}

function id(fields: Fields, name: string): string {
  const value = text(fields, name);
  if (!isUuid(value)) throw new Error(`its ${name} is not a UUID`);
  return value;
}

/** The flow that a platform delivery belongs to, as far as its body says so. */
export function platformFlow(body: Buffer): string | undefined {
  try {
    const fields: unknown = JSON.parse(body.toString('utf8'));
    if (typeof fields === 'object' && fields !== null && 'flow' in fields && typeof fields.flow === 'string' && isUuid(fields.flow)) {
      return fields.flow;
    }
  } catch {
    // Not JSON: it says nothing about a flow, and reading it gives the reason.
  }
  return undefined;
}

/**
 * Reads an event of the platform's own, from a product or about the end of a job: it names its tenant, flow and cause itself, and with `to` the
 * one product that it is for, and is trusted as far as its shape is right.
 */
export function readPlatform(delivery: Delivery): Reading {
  try {
    return read(delivery);
  } catch (error) {
    const flow = platformFlow(delivery.body);
    return { reason: 'unreadable', detail: thrownText(error, 500), ...(flow === undefined ? {} : { flow }) };
  }
}

function read(delivery: Delivery): Reading {
  const fields = JSON.parse(delivery.body.toString('utf8')) as Fields | null;
  if (typeof fields !== 'object' || fields === null) throw new Error('it is not an object');
  const hop = fields.hop;
  if (typeof hop !== 'number' || !Number.isSafeInteger(hop) || hop < 1) throw new Error('its hop is not a number above 0');
  const flow = id(fields, 'flow');
  const tenant = text(fields, 'tenant');
  const type = text(fields, 'type');
  const to = optional(fields, 'to');
  if (type.length > maxTypeLength) throw new Error('its type is too long');
  if (hop > maxHops) {
    return { reason: 'hop-limit', detail: `${type} is ${hop} events away from the start of its flow, more than ${maxHops}`, flow, tenant };
  }
  return {
    drafts: [
      {
        id: id(fields, 'id'),
        type: columnText(type, maxTypeLength),
        source: columnText(text(fields, 'source'), 1_024),
        subject: subjectText(optional(fields, 'subject')),
        time: eventTime(optional(fields, 'time'), delivery),
        data: dataText(fields.data),
        traceparent: traceparentFrom(text(fields, 'traceparent')),
        flow,
        cause: fields.cause === null ? null : id(fields, 'cause'),
        hop,
        towards: to === null ? { way: 'broadcast' } : { way: 'directed', to },
        whom: { by: 'name', tenant, project: optional(fields, 'project'), region: optional(fields, 'region') },
      },
    ],
  };
}
