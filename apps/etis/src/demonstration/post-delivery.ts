import { errors } from '../errors.ts';

/** Posts a delivery as an outside sender does and returns its id. @throws ETIS_NOT_RUNNING, ETIS_DELIVERY_REFUSED */
export async function postDelivery(
  target: { url: string; connection: string },
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const response = await fetch(new URL(`/hooks/${target.connection}`, target.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    signal: AbortSignal.timeout(6_000),
  }).catch((cause: unknown) => {
    throw errors.NOT_RUNNING.because({ cause }, target.url);
  });
  const text = await response.text();
  if (!response.ok) throw errors.DELIVERY_REFUSED(response.status, text);
  const accepted: unknown = JSON.parse(text);
  if (typeof accepted === 'object' && accepted !== null && 'id' in accepted && typeof accepted.id === 'string') return accepted.id;
  throw errors.DELIVERY_REFUSED(response.status, text);
}
