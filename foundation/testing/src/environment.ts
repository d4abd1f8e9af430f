/** What a test run takes from its environment; nothing else in the tests reads it. */
export interface TestEnvironment {
  /** `DATABASE_URL`: run the tests on this server, as its administrator, instead of on an embedded one. */
  readonly databaseUrl: string | undefined;
}

export function testEnvironment(): TestEnvironment {
  const { DATABASE_URL } = process.env;
  return { databaseUrl: DATABASE_URL === '' ? undefined : DATABASE_URL };
}
