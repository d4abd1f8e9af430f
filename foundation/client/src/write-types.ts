import { writeFile } from 'node:fs/promises';
import { generateTypes } from './generate.ts';

await writeFile(new URL('./platform-api.ts', import.meta.url), await generateTypes());
