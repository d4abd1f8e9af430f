import { describe, expect, it } from 'vitest';
import { messagePayload, readPayload } from './whatsapp-payload.ts';

const shared = { number: '1122334455667', to: { phone: '972987654321' }, lastInboundAt: null };

describe('the payload of a WhatsApp job', () => {
  it('is a text', () => {
    expect(messagePayload({ ...shared, content: { text: 'Hello' } })).toEqual({
      from: '1122334455667',
      to: { phone: '972987654321' },
      message: { type: 'text', text: { body: 'Hello' } },
      lastInboundAt: null,
    });
  });

  it('is a reply', () => {
    const lastInboundAt = '2026-01-02T03:04:05.000Z';
    expect(messagePayload({ ...shared, content: { text: 'Hello' }, replyTo: 'wamid.1', lastInboundAt })).toMatchObject({
      replyTo: 'wamid.1',
      lastInboundAt,
    });
  });

  it('is a template, with its parameters in their order', () => {
    const parameters = [
      { type: 'text', text: 'one' },
      { type: 'text', text: 'two' },
    ];
    const template = { name: 'news', language: 'en_US', parameters: ['one', 'two'] };
    expect(messagePayload({ ...shared, content: { template } }).message).toEqual({
      type: 'template',
      template: { name: 'news', language: { code: 'en_US' }, components: [{ type: 'body', parameters }] },
    });
  });

  it('is a template without parameters', () => {
    const template = { name: 'news', language: 'en', parameters: [] };
    expect(messagePayload({ ...shared, content: { template } }).message).toEqual({
      type: 'template',
      template: { name: 'news', language: { code: 'en' } },
    });
  });

  it('marks a message as read', () => {
    expect(readPayload('1122334455667', 'wamid.1')).toEqual({ from: '1122334455667', markRead: 'wamid.1' });
  });
});
