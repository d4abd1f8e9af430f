import { silentLog } from '@etis/kernel';
import { expect, it } from 'vitest';
import { testContext } from './index.ts';

it('is the system without a tenant, with a trace of its own', () => {
  const context = testContext();
  expect(context).toEqual({
    actor: { kind: 'system', id: 'test' },
    tenant: null,
    trace: expect.stringMatching(/^[0-9a-f]{32}$/),
    log: silentLog,
  });
  expect(testContext().trace).not.toBe(context.trace);
});

it('takes what a test says', () => {
  expect(testContext({ tenant: 'acme', deadline: 5, actor: { kind: 'operator', id: 'op' } })).toMatchObject({
    tenant: 'acme',
    deadline: 5,
    actor: { kind: 'operator', id: 'op' },
  });
});
