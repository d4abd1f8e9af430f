import { createHmac, randomBytes } from 'node:crypto';

export const bodyBytes = 1_024;

/** Signed Autodesk deliveries of `bodyBytes`, every one different, as whole HTTP messages. */
export function makeRequests(count: number, secret: string): Buffer[] {
  return Array.from({ length: count }, () => {
    const head = `{"version":"1.0","resourceUrn":"urn:bench:${randomBytes(12).toString('hex')}","payload":"`;
    const body = `${head}${'x'.repeat(bodyBytes - head.length - 2)}"}`;
    const signature = createHmac('sha1', secret).update(body).digest('hex');
    return Buffer.from(
      `POST /hooks/bench HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${bodyBytes}\r\n` +
        `x-adsk-delivery-id: ${randomBytes(8).toString('hex')}\r\nx-adsk-signature: sha1hash=${signature}\r\n\r\n${body}`,
    );
  });
}
