import type { Delivery } from '@etis/contracts/events';
import { errorText, isUuid } from '@etis/kernel';
import { errors } from '../errors.ts';

/** A delivery as the text of a queue's message: JSON, with the body in base64, the digest in hex and the time in RFC 3339. */
export function textOfDelivery(delivery: Delivery): string {
  return JSON.stringify({
    ...delivery,
    body: delivery.body.toString('base64'),
    digest: delivery.digest.toString('hex'),
    receivedAt: delivery.receivedAt.toISOString(),
  });
}

/** The delivery that `textOfDelivery` wrote. @throws SPINE_DELIVERY_MALFORMED */
export function deliveryOfText(text: string): Delivery {
  const fields = objectOf(text);
  const texts = (name: string, pattern: RegExp): string => {
    const value = fields[name];
    if (typeof value !== 'string' || !pattern.test(value)) throw errors.DELIVERY_MALFORMED(`its ${name} is not of its form`);
    return value;
  };
  const id = texts('id', /^/);
  if (!isUuid(id)) throw errors.DELIVERY_MALFORMED('its id is not a UUID');
  const receivedAt = new Date(texts('receivedAt', /^\d{4}-\d\d-\d\dT/));
  if (Number.isNaN(receivedAt.getTime())) throw errors.DELIVERY_MALFORMED('its receivedAt is not a time');
  return {
    id,
    connection: texts('connection', /./),
    source: texts('source', /./),
    body: Buffer.from(texts('body', /^[A-Za-z0-9+/]*={0,2}$/), 'base64'),
    digest: Buffer.from(texts('digest', /^[0-9a-f]{64}$/), 'hex'),
    headers: headersOf(fields.headers),
    traceparent: texts('traceparent', /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/),
    receivedAt,
  };
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw errors.DELIVERY_MALFORMED(`it is not JSON (${errorText(error)})`);
  }
  if (typeof value !== 'object' || value === null) throw errors.DELIVERY_MALFORMED('it is not an object');
  return value as Readonly<Record<string, unknown>>;
}

function headersOf(value: unknown): Readonly<Record<string, string>> {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap || Object.values(value).some((one) => typeof one !== 'string'))
    throw errors.DELIVERY_MALFORMED('its headers are not texts by name');
  return value as Readonly<Record<string, string>>;
}
