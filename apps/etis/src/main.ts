#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { EtisError } from '@etis/kernel';

// Beside the installed packages and not in the system's temporary folder, where somebody else could have put code for us to run.
enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/etis', import.meta.url)));

try {
  const { createProgram } = await import('./program.ts');
  await createProgram().parseAsync(process.argv);
} catch (error) {
  if (!(error instanceof EtisError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
