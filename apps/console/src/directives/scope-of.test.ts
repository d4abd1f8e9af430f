import { expect, it } from 'vitest';
import { scopeOf } from './scope-of.ts';

it('is the whole platform only where that was chosen', () => {
  expect(scopeOf('platform', null)).toEqual({});
  for (const kind of ['product', 'cluster', 'tenant', 'connection'] as const) {
    expect(scopeOf(kind, null)).toBeNull();
    expect(scopeOf(kind, '')).toBeNull();
    expect(scopeOf(kind, 'x')).toEqual({ [kind]: 'x' });
  }
});
