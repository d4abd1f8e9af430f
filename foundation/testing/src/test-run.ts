import { createHmac } from 'node:crypto';
import { type AdminAccess, type Domain, roles } from '@etis/postgres';
import { inject } from 'vitest';

/** What the global setup hands to every test file of the run. */
export interface TestRun {
  readonly admin: AdminAccess;
  /** Begins the name of every database of this run. */
  readonly databasePrefix: string;
  /** The roles belong to the server and are shared by all test files, so their passwords are derived, not drawn. */
  readonly passwordSeed: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    etisTestRun: TestRun;
  }
}

/** The run that this test file belongs to; for tests of what prepares databases. Others take `createTestDatabase`. */
export function testRun(): TestRun {
  return inject('etisTestRun');
}

/** The passwords of every role that `domains` use, the same in all test files of a run. */
export function testPasswords(run: TestRun, domains: readonly Domain[]): Readonly<Record<string, string>> {
  const names = new Set<string>([...Object.values(roles), ...domains.flatMap((domain) => Object.values(domain.roles))]);
  return Object.fromEntries([...names].map((role) => [role, createHmac('sha256', run.passwordSeed).update(role).digest('base64url')]));
}
