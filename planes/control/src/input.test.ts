import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSubscription, checkTenantId, checkText } from './input.ts';

const refused = expect.objectContaining({ code: 'CONTROL_INPUT_INVALID' });

describe('input', () => {
  it.each(['*', 'document.*', 'document.version.*', 'document.version.added', 'a'])('%s is a subscription', (type) => {
    expect(() => checkSubscription(type)).not.toThrow();
  });

  it.each(['', '.', '.*', '**', '*.added', 'document.*.added', 'document*', 'document..added', 'a b', 'x'.repeat(201)])(
    '%s is none',
    (type) => {
      expect(() => checkSubscription(type)).toThrow(refused);
    },
  );

  it('takes exactly the ids of the contract, apart from the reserved ones', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('a', 'z', '0', '-', 'A', '_'), maxLength: 45 })), (id) => {
        const valid = /^[a-z][a-z0-9-]*$/.test(id) && id.length <= 40;
        if (valid) expect(() => checkTenantId(id)).not.toThrow();
        else expect(() => checkTenantId(id)).toThrow(refused);
      }),
    );
    for (const id of ['platform', 'system', 'acme\n', 'acme\u0000']) expect(() => checkTenantId(id)).toThrow(refused);
  });

  it('takes text of people, in any script, without what a terminal or a log would obey', () => {
    for (const text of ['Acme', '株式会社エクメ', 'Müller & Söhne', 'a']) expect(() => checkText('name', text, 20)).not.toThrow();
    for (const text of ['', ' a', 'a ', 'a\tb', 'a\u001b[2J', 'a\u0085', '\ud800', 'x'.repeat(21)]) {
      expect(() => checkText('name', text, 20)).toThrow(refused);
    }
  });
});
