import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { acme, createNudgeStand, type NudgeStand } from '../../fixtures/nudge-stand.ts';
import { ada, number, received } from '../../fixtures/whatsapp-events.ts';

let stand: NudgeStand;
beforeAll(async () => {
  stand = await createNudgeStand();
});
afterAll(() => stand.drop());
beforeEach(() => stand.clear());

const id = '11111111-2222-8333-a444-555555555555';
const asks = (more: Record<string, unknown> = {}, tenant = 'acme') =>
  stand.event({
    type: 'code.question.asked',
    tenant,
    data: { question: id, channel: 'whatsapp', number, to: ada.phone, text: 'Release it?', ...more },
  });
const told = async (type: string) => (await stand.asked()).events.filter((event) => event.type === type).map(({ data }) => data);
const sent = async () => (await stand.asked()).jobs.filter(({ payload }) => 'message' in payload);

describe('a question on WhatsApp', () => {
  it('is sent, and the next message of that person is its answer, once, and no reply rule answers it', async () => {
    await stand.host.call(acme, 'replies.set', { id: 'any', match: 'any', text: 'Thanks.' });
    await stand.handle(received(stand));
    const replied = (await sent()).length;
    await stand.handle(asks());
    expect((await sent()).at(-1)?.payload).toMatchObject({
      from: number,
      to: { phone: ada.phone },
      message: { text: { body: 'Release it?' } },
    });
    stand.clock.at += 60_000;
    const answer = received(stand, { content: { body: 'Yes' } });
    await stand.handle(answer, { ...answer, id: stand.event().id }, received(stand, { content: { body: 'Hello?' } }));
    expect(await told('nudge.question.answered')).toEqual([{ question: id, text: 'Yes', from: ada.phone }]);
    expect(await sent()).toHaveLength(replied + 2);
  });

  it('is not answered by what was written before it was asked, nor by another person or tenant', async () => {
    await stand.handle(received(stand));
    stand.clock.at += 60_000;
    await stand.handle(asks());
    const before = new Date(stand.clock.at - 30_000).toISOString();
    const other = { ...ada, userId: 'US.2', phone: '972000000000' };
    await stand.handle(received(stand, { at: before }), received(stand, { from: other }), received(stand, {}, { tenant: 'bolt' }));
    expect(await told('nudge.question.answered')).toEqual([]);
  });

  it.each([
    ['nobody wrote within 24 hours', {}, '24 hours'],
    ['it names no number', { number: null }, 'no number'],
    ['it names nobody', { to: 'somebody' }, 'no number'],
    ['it has no text', { text: ' ' }, 'no text'],
    ['an address is none', { channel: 'email', to: 'a@b' }, 'not an e-mail address'],
  ])('is refused where %s', async (_why, more, words) => {
    await stand.handle(asks(more));
    expect(await told('nudge.question.refused')).toEqual([{ question: id, reason: expect.stringContaining(words) }]);
    expect((await stand.asked()).jobs).toEqual([]);
  });
});

it('a question by mail is a mail', async () => {
  await stand.handle(asks({ channel: 'email', to: 'site@example.com', subject: 'Plan\r\nBcc: x' }));
  expect((await stand.asked()).jobs).toMatchObject([
    { kind: 'email', payload: { to: 'site@example.com', subject: 'Plan Bcc: x', text: 'Release it?' } },
  ]);
});
