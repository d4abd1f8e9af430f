import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{foundation,planes,clusters,apps,bench}/**/*.test.ts'],
    globalSetup: ['foundation/testing/src/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
