import { readFile } from 'node:fs/promises';
import openapi, { astToString } from 'openapi-typescript';

const document = new URL('../../../docs/reference/openapi.json', import.meta.url);

const head = `// Made from docs/reference/openapi.json by "npm run openapi"; do not edit.\n\n`;

/** The types of the Platform API, as they follow from the document in the repository. */
export async function generateTypes(): Promise<string> {
  const schema = JSON.parse(await readFile(document, 'utf8'));
  const types = await openapi(schema, { rootTypes: true, rootTypesNoSchemaPrefix: true, alphabetize: false });
  return head + astToString(types);
}
