import type { BreakGlassDirective, RestrictingDirective, ResumeDirective } from '@etis/contracts/directives';
import { silentLog, uuidv7 } from '@etis/kernel';
import { createDirectives, type DirectivesStore } from './directives-store.ts';

export const now = Date.parse('2026-03-01T10:00:00.000Z');

/** A clock that stands until a test moves it. */
export function standingClock(at = now): { at: number; now(): number } {
  return {
    at,
    now() {
      return this.at;
    },
  };
}

export function storeAt(clock = standingClock()): DirectivesStore & { readonly clock: { at: number } } {
  return Object.assign(createDirectives({ clock, log: silentLog }), { clock });
}

export function restriction(given: Partial<RestrictingDirective> = {}): RestrictingDirective {
  return {
    id: uuidv7(),
    installation: 'under-test',
    epoch: 1,
    sequence: 1,
    verb: 'pause',
    scope: {},
    reason: 'a test',
    by: 'operator/test',
    issuedAt: new Date(now).toISOString(),
    ...given,
  };
}

export function resume(ends: readonly string[], given: Partial<ResumeDirective> = {}): ResumeDirective {
  return {
    id: uuidv7(),
    installation: 'under-test',
    epoch: 1,
    sequence: 2,
    verb: 'resume',
    ends,
    reason: 'a test',
    by: 'operator/test',
    issuedAt: new Date(now).toISOString(),
    ...given,
  };
}

export function breakGlass(given: Partial<BreakGlassDirective> = {}): BreakGlassDirective {
  return {
    ...restriction({ epoch: 0, sequence: 0, verb: 'kill' }),
    expiresAt: new Date(now + 3_600_000).toISOString(),
    breakGlass: { target: 'worker.node-1', nonce: 'nonce-nonce-nonce' },
    ...given,
  };
}

/** What stands for a digest: the same for the same directive, and for no other. */
export function digestOf(directive: { readonly id: string }): string {
  return `digest of ${directive.id}`;
}
