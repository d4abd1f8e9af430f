#!/usr/bin/env node
import { EtisError } from '@etis/kernel';
import { createProgram } from './program.ts';

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  if (!(error instanceof EtisError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
