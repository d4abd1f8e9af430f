import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import type { InlineConfig } from 'vite';
import { consoleSite } from '../src/index.ts';

export const viteConfig: InlineConfig = {
  configFile: false,
  root: fileURLToPath(new URL('..', import.meta.url)),
  base: `${consoleSite.prefix}/`,
  plugins: [react()],
  logLevel: 'warn',
  build: {
    outDir: consoleSite.folder,
    emptyOutDir: true,
    target: 'es2024',
    // What is inlined as a data: address would not be cached, and scripts may not come from one.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1_200,
  },
};
