import { EtisError } from '@etis/kernel';
import { describe, expect, it } from 'vitest';
import { errors, invalidInput } from '../errors.ts';
import { located } from './located-error.ts';

const bodySchema = { properties: { id: {}, name: {}, secret: {} } };
const request = { params: { tenant: 'acme' }, query: { limit: 1 }, body: { id: 'x', name: 'y' }, bodySchema };

describe('a place', () => {
  it.each([
    ['name', '/name'],
    ['tenant', 'tenant'],
    ['limit', 'limit'],
    ['connection', '/id'],
    ['secret', '/secret'],
    ['elsewhere', 'elsewhere'],
    ['/payload/0', '/payload/0'],
    ['', ''],
    ['constructor', 'constructor'],
  ])('that the domain calls %j is %j in the request', (field, pointer) => {
    const error = located(invalidInput(field, 'no'), request) as EtisError;
    expect(error).toBeInstanceOf(EtisError);
    expect(error).toMatchObject({ code: 'CONTROL_INPUT_INVALID', details: [{ pointer, detail: 'no' }] });
  });

  it('is the whole body, or the cursor, where an error names none', () => {
    const make = (code: string) => new EtisError({ code, kind: 'invalid', retryable: false, message: 'No.' });
    expect(located(make('SPINE_SCHEDULE_INVALID'), request)).toMatchObject({ details: [{ pointer: '', detail: 'No.' }] });
    expect(located(make('SPINE_CURSOR_MALFORMED'), request)).toMatchObject({ details: [{ pointer: 'cursor', detail: 'No.' }] });
  });

  it('is not looked for in errors about something else', () => {
    for (const error of [errors.TENANT_UNKNOWN('x'), new Error('x'), undefined, 'text']) expect(located(error, request)).toBe(error);
  });

  it('keeps what only the log may see', () => {
    const cause = new Error('inside');
    expect(located(errors.INPUT_INVALID.because({ cause, internal: 'row 7' }, 'a', 'b'), request)).toMatchObject({
      cause,
      internal: 'row 7',
    });
  });
});
