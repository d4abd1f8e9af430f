import type { PlatformEvent } from '@etis/runtime/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { incomingMessage } from './incoming-message.ts';

const now = Date.UTC(2026, 0, 2);
const event = (data: unknown): PlatformEvent => ({
  specversion: '1.0',
  id: '019aaf00-0000-7000-8000-000000000001',
  source: '/test',
  type: 'whatsapp.message.received',
  subject: null,
  time: '2026-01-01T12:00:00.000Z',
  data,
  tenant: 'acme',
  project: null,
  region: null,
  traceparent: '00-1-1-01',
  flow: '019aaf00-0000-7000-8000-000000000001',
  cause: null,
  hop: 0,
});

const plain = {
  id: 'wamid.1',
  kind: 'text',
  from: { phone: '972987654321', userId: 'US.1349', name: 'Test Name' },
  phoneNumberId: '1122334455667',
  displayPhoneNumber: '972123456789',
  at: '2026-01-01T11:59:58Z',
  context: null,
  content: { body: 'Hello' },
};
const read = (changes: object = {}) => incomingMessage(event({ ...plain, ...changes }), now);

describe('a WhatsApp message', () => {
  it('is read as far as it matters', () => {
    expect(read()).toEqual({
      messageId: 'wamid.1',
      number: '1122334455667',
      kind: 'text',
      from: { key: 'US.1349', userId: 'US.1349', phone: '972987654321', name: 'Test Name' },
      at: '2026-01-01T11:59:58.000Z',
      text: 'Hello',
      button: null,
      replyTo: null,
    });
    expect(read({ context: { id: 'wamid.0' } })).toMatchObject({ replyTo: 'wamid.0' });
  });

  it.each([
    [{ phone: '972987654321', userId: null }, '972987654321'],
    [{ phone: null, userId: 'US.1349' }, 'US.1349'],
    [{ phone: '972987654321', userId: 'US.1349' }, 'US.1349'],
  ])('knows its sender %j by %s', (from, key) => expect(read({ from })?.from.key).toBe(key));

  it.each([
    ['button', { text: 'Yes', payload: 'yes-1' }, 'Yes', 'yes-1'],
    ['interactive', { type: 'button_reply', buttonReply: { id: 'b', title: 'B' } }, 'B', 'b'],
    ['interactive', { type: 'list_reply', listReply: { id: 'l', title: 'L', description: 'd' } }, 'L', 'l'],
    ['interactive', { type: 'nfm_reply', nfmReply: { name: 'flow', body: 'Sent', response: {} } }, 'Sent', null],
    ['interactive', { type: 'button_reply', buttonReply: null, listReply: null, nfmReply: null }, null, null],
    ['interactive', null, null, null],
    ['reaction', { messageId: 'wamid.0', emoji: '👍' }, '👍', null],
    ['image', { caption: 'A crack' }, 'A crack', null],
    ['document', { filename: 'plan.pdf' }, 'plan.pdf', null],
    ['location', { name: 'Site', latitude: 1 }, 'Site', null],
    ['order', { catalogId: '1', text: 'Two of these' }, 'Two of these', null],
    ['system', { body: 'Ada changed her number', userId: 'US.1' }, 'Ada changed her number', null],
    ['audio', {}, null, null],
    ['text', { body: 7 }, null, null],
  ])('has the words and the choice of its kind: %s %j', (kind, content, text, button) => {
    expect(read({ kind, content })).toMatchObject({ kind, text, button });
  });

  it.each([
    ['without an id', { id: null }],
    ['without a number', { phoneNumberId: '' }],
    ['without a sender', { from: { phone: null, userId: null } }],
    ['whose sender is the number itself', { from: { phone: '972123456789' }, displayPhoneNumber: '+972 12-345-6789' }],
  ])('%s is none that can be answered', (_, changes) => expect(read(changes)).toBeUndefined());

  it.each([
    ['2026-01-01T00:00:00+01:00', '2025-12-31T23:00:00.000Z'],
    ['2030-01-01T00:00:00Z', '2026-01-02T00:00:00.000Z'],
    ['nonsense', '2026-01-01T12:00:00.000Z'],
    [null, '2026-01-01T12:00:00.000Z'],
    ['-271821-04-20T00:00:00Z', '2026-01-01T12:00:00.000Z'],
  ])('said to be of %s is of %s', (said, at) => expect(read({ at: said })?.at).toBe(at));

  it('is read or passed over, whatever it holds', () => {
    const kind = fc.constantFrom('text', 'button', 'interactive', 'image', 'system', '__proto__');
    const shaped = fc.record({ id: fc.jsonValue(), kind, from: fc.jsonValue(), phoneNumberId: fc.jsonValue(), content: fc.jsonValue() });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), shaped), fc.string({ unit: 'binary' }), (data, body) => {
        incomingMessage(event(data), now);
        expect(read({ content: { body } })?.text ?? '').not.toMatch(/[^\P{Cc}\n\t]/u);
      }),
      { numRuns: 1_000 },
    );
  });
});
