import type { Handshake } from '../../source.ts';

/** Deliveries a minute that a sender is granted at most; also what one is granted that does not ask for a rate. */
const ratePerMinute = 60_000;

/**
 * The abuse protection of the CloudEvents webhook specification: `OPTIONS` with `WebHook-Request-Origin` is answered with the permission to
 * send. `WebHook-Request-Callback` is not followed, because the answer is never late.
 */
export const handshake: Handshake = {
  method: 'OPTIONS',
  answer({ headers }) {
    const { 'webhook-request-origin': origin, 'webhook-request-rate': rate } = headers;
    if (typeof origin !== 'string' || !/^[A-Za-z0-9.:-]{1,255}$/.test(origin)) return null;
    const asked = typeof rate === 'string' && /^[1-9]\d{0,8}$/.test(rate) ? Number(rate) : ratePerMinute;
    return {
      status: 200,
      headers: {
        allow: 'OPTIONS, POST',
        'webhook-allowed-origin': origin,
        'webhook-allowed-rate': String(Math.min(asked, ratePerMinute)),
      },
      body: '',
    };
  },
};
