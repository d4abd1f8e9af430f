import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outcomeOf, type SmtpTrouble } from './smtp-outcome.ts';

const reply = (command: string, responseCode: number, code = 'EENVELOPE'): SmtpTrouble => ({ command, responseCode, code });

describe('outcomeOf', () => {
  it.each<[string, SmtpTrouble, boolean, string]>([
    ['a greylisted sender', reply('MAIL FROM', 451), false, 'retry'],
    ['a full mailbox', reply('RCPT TO', 452), false, 'retry'],
    ['DATA not now', reply('DATA', 421), false, 'retry'],
    ['the message not now', reply('DATA', 451, 'EMESSAGE'), true, 'retry'],
    ['a refused sender', reply('MAIL FROM', 550), false, 'terminal'],
    ['an unknown mailbox', reply('RCPT TO', 550), false, 'terminal'],
    ['DATA never', reply('DATA', 554), false, 'terminal'],
    ['the message never', reply('DATA', 552, 'EMESSAGE'), true, 'terminal'],
    ['a refused login', reply('AUTH PLAIN', 535, 'EAUTH'), false, 'retry'],
    ['a refused greeting', reply('CONN', 554, 'EPROTOCOL'), false, 'retry'],
    ['a server that closes down before', reply('CONN', 421, 'ECONNECTION'), false, 'retry'],
    ['a server that closes down instead of taking it', reply('CONN', 421, 'ECONNECTION'), true, 'retry'],
    ['a refused connection', { code: 'ESOCKET', command: 'CONN' }, false, 'retry'],
    ['silence before', { code: 'ETIMEDOUT', command: 'CONN' }, false, 'retry'],
    ['silence after', { code: 'ETIMEDOUT', command: 'CONN' }, true, 'unknown'],
    ['a lost line after', { code: 'ECONNECTION', command: 'CONN' }, true, 'unknown'],
    ['a stray reply after', reply('CONN', 250, 'EPROTOCOL'), true, 'unknown'],
    ['a message that could not be read', { code: 'ESTREAM', command: 'API' }, false, 'retry'],
    ['an address that cannot be one', { code: 'EENVELOPE', command: 'API' }, false, 'terminal'],
    ['an empty message', { code: 'EMESSAGE', command: 'API' }, false, 'terminal'],
    ['babble instead of a reply', { code: 'EENVELOPE', command: 'DATA' }, false, 'retry'],
    ['an error of another kind', {}, false, 'retry'],
  ])('%s', (_name, trouble, begun, outcome) => {
    expect(outcomeOf(trouble, begun)).toBe(outcome);
  });

  const anything = fc.record(
    {
      responseCode: fc.integer({ min: 100, max: 599 }),
      command: fc.constantFrom('CONN', 'API', 'EHLO', 'AUTH PLAIN', 'MAIL FROM', 'RCPT TO', 'DATA'),
      code: fc.constantFrom('EENVELOPE', 'EMESSAGE', 'ECONNECTION', 'ESOCKET', 'ETIMEDOUT', 'EPROTOCOL', 'ESTREAM'),
    },
    { requiredKeys: [] },
  );

  it('repeats nothing that the server had begun to take, unless it said no', () => {
    fc.assert(
      fc.property(anything, (trouble) => {
        if ((trouble.responseCode ?? 0) < 400) expect(outcomeOf(trouble, true)).toBe('unknown');
      }),
    );
  });

  it('is never in doubt before', () => {
    fc.assert(
      fc.property(anything, (trouble) => {
        expect(outcomeOf(trouble, false)).not.toBe('unknown');
      }),
    );
  });
});
