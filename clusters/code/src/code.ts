import { defineProduct, type Handler, operation } from '@etis/runtime/sdk';
import { hearEvent } from './runs/hear-event.ts';
import { hearReport } from './runs/hear-report.ts';
import { getRun, listRuns, runsPage } from './runs/list-runs.ts';
import { answerInput, answerQuestion, hearAnswer, hearRefusal } from './runs/questions.ts';
import { cancelRun, retryRun, runKey, runRetry, runStart, startRun } from './runs/run-orders.ts';
import { createDefinitions } from './workflows/definitions.ts';
import {
  deleteWorkflow,
  getWorkflow,
  listWorkflows,
  setWorkflow,
  switchWorkflow,
  workflowInput,
  workflowKey,
  workflowSwitch,
} from './workflows/workflows.ts';

const definitions = createDefinitions();
const hearingReport: Handler = (event, context) => hearReport(event, context, definitions);
/** What Code says of itself is for others: the router keeps it out of Code's own lane. */
const nothing = { when: 'false', handle: async () => {} };

/**
 * Code runs workflows, each tenant's own, in a subset of Serverless Workflow 1.0. A run is rows: every step is written in the transaction of the event
 * that let it go on, with whatever it asks for, so that a process may end at any instruction and the run goes on where it was.
 */
export const code = defineProduct({
  id: 'code',
  title: 'Code',
  migrations: new URL('../migrations/', import.meta.url),
  handlers: {
    '*': (event, context) => hearEvent(event, context, definitions),
    'job.done': hearingReport,
    'job.dead': hearingReport,
    'nudge.question.answered': (event, context) => hearAnswer(event, context, definitions),
    'nudge.question.refused': (event, context) => hearRefusal(event, context, definitions),
    'code.run.*': nothing,
    'code.question.*': nothing,
  },
  operations: {
    'workflows.set': operation({ schema: workflowInput, run: setWorkflow }),
    'workflows.list': operation({ run: (_, context) => listWorkflows(context) }),
    'workflows.get': operation({ schema: workflowKey, run: ({ id }, context) => getWorkflow(id, context) }),
    'workflows.switch': operation({ schema: workflowSwitch, run: switchWorkflow }),
    'workflows.delete': operation({ schema: workflowKey, run: ({ id }, context) => deleteWorkflow(id, context) }),
    'runs.start': operation({ schema: runStart, run: (input, context) => startRun(input, context, definitions) }),
    'runs.list': operation({ schema: runsPage, run: listRuns }),
    'runs.get': operation({ schema: runKey, run: ({ id }, context) => getRun(id, context) }),
    'runs.cancel': operation({ schema: runKey, run: ({ id }, context) => cancelRun(id, context, definitions) }),
    'runs.retry': operation({ schema: runRetry, run: (input, context) => retryRun(input, context, definitions) }),
    'questions.answer': operation({ schema: answerInput, run: (input, context) => answerQuestion(input, context, definitions) }),
  },
});
