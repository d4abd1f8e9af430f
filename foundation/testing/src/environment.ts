/** What a test run takes from its environment; nothing else in the tests reads it. */
export interface TestEnvironment {
  /** `DATABASE_URL`: run the tests on this server, as its administrator, instead of on an embedded one. */
  readonly databaseUrl: string | undefined;
  /** `CI=true`: what a test needs and is not there is an error, and not a reason to skip it. */
  readonly isCi: boolean;
  /** Where programs are found. */
  readonly path: string;
}

export function testEnvironment(): TestEnvironment {
  const { CI, DATABASE_URL, PATH = '' } = process.env;
  return { databaseUrl: DATABASE_URL === '' ? undefined : DATABASE_URL, isCi: CI === 'true', path: PATH };
}
