import { writeFile } from 'node:fs/promises';
import { described } from '../platform-api.ts';
import { openapiDocument } from './openapi-document.ts';

// `npm run openapi`: writes the document that stands in the repository, from which clients are made.
const file = new URL('../../../../../docs/reference/openapi.json', import.meta.url);
await writeFile(file, `${JSON.stringify(await openapiDocument(described), null, 2)}\n`);
