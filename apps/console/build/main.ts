import { buildConsole } from './build-console.ts';

await buildConsole((sentence) => process.stdout.write(`${sentence}\n`));
