export { eventually } from './eventually.ts';
export { chromiumPath } from './find-chromium.ts';
export { parquetFile } from './parquet-file.ts';
export { hasRedis, type RedisServer, startRedis } from './redis-server.ts';
export { rememberingMeter } from './remembering-meter.ts';
export { testContext } from './test-context.ts';
export { createTestDatabase, type TestDatabase } from './test-database.ts';
export { type TestRun, testPasswords, testRun } from './test-run.ts';
export { startTestServer, type TestServer } from './test-server.ts';
