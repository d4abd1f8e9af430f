import { fileURLToPath } from 'node:url';

/** Where the built console stands, and below which path its pages expect to be served. */
export const consoleSite = { folder: fileURLToPath(new URL('../dist', import.meta.url)), prefix: '/console' } as const;
