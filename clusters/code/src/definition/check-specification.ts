import { errorText } from '@etis/runtime/sdk';
import { errors } from '../errors.ts';
import type { Members } from '../json.ts';

/**
 * Holds a definition against the schema of Serverless Workflow 1.0. The specification's own package is loaded when the first definition is set:
 * runs never need it, and loading it takes half a second. @throws CODE_DEFINITION_INVALID with the finding that lies deepest
 */
export async function checkSpecification(definition: Members): Promise<void> {
  const loaded = (await import('@serverlessworkflow/sdk')) as unknown as { default: { validate(type: 'Workflow', value: unknown): void } };
  try {
    loaded.default.validate('Workflow', definition);
  } catch (error) {
    throw errors.DEFINITION_INVALID.because({ cause: error }, findingOf(errorText(error)));
  }
}

/** Of the many alternatives that did not fit, the one that came furthest is what was meant. */
function findingOf(text: string): string {
  const findings = text.split('\n').filter((line) => line.startsWith('- '));
  const parts = findings.map((line) => line.slice(2).split(' | '));
  const deepest = parts.toSorted(([one = ''], [other = '']) => other.split('/').length - one.split('/').length)[0];
  return deepest === undefined ? 'it does not fit its schema' : `${deepest[0] || 'the whole'} ${deepest[2] ?? ''}`.slice(0, 300);
}
