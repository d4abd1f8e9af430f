import { errorCatalogue } from '@etis/runtime/sdk';

export const errors = errorCatalogue('CODE', {
  DEFINITION_UNREADABLE: {
    kind: 'invalid',
    message: (reason: string) => `The workflow cannot be read: ${reason}. Write it in YAML or JSON, without anchors and aliases.`,
  },
  DEFINITION_INVALID: {
    kind: 'invalid',
    message: (reason: string) => `The text is not a workflow of Serverless Workflow 1.0: ${reason}.`,
  },
  DEFINITION_UNSUPPORTED: {
    kind: 'invalid',
    message: (where: string, reason: string) => `${where} is not in the subset that Code runs: ${reason}.`,
  },
  EXPRESSION_INVALID: {
    kind: 'invalid',
    message: (where: string, reason: string) => `The expression of ${where} is refused: ${reason}.`,
  },
  WORKFLOW_UNKNOWN: {
    kind: 'not-found',
    message: (id: string) => `There is no workflow ${id}. List the workflows to see which there are.`,
  },
  WORKFLOW_DISABLED: { kind: 'conflict', message: (id: string) => `The workflow ${id} is switched off. Enable it to begin runs.` },
  WORKFLOW_BUSY: { kind: 'conflict', message: (id: string) => `The workflow ${id} has runs that go on. Cancel them, or wait for them.` },
  WORKFLOWS_FULL: { kind: 'limited', message: (limit: number) => `A tenant has at most ${limit} workflows. Delete one.` },
  RUNS_FULL: {
    kind: 'limited',
    message: (limit: number) => `The tenant has ${limit} runs that have not ended, and more may not begin. Cancel some, or wait.`,
  },
  RUN_UNKNOWN: { kind: 'not-found', message: (id: string) => `There is no run ${id}.` },
  RUN_NOT_ENDED: {
    kind: 'conflict',
    message: (id: string) => `The run ${id} did not fail and was not cancelled, so there is no step to begin again from.`,
  },
  STEP_UNKNOWN: { kind: 'not-found', message: (run: string, key: string) => `The run ${run} has no step ${key}.` },
  INPUT_TOO_LARGE: {
    kind: 'invalid',
    message: (bytes: number, limit: number) => `The input has ${bytes} bytes of JSON, more than ${limit}.`,
  },
  CURSOR_MALFORMED: { kind: 'invalid', message: () => 'The cursor is not one that a page of this list gave. Start again without one.' },
});
