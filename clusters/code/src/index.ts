export { code } from './code.ts';
export type { Run, RunDetail, RunStep } from './runs/list-runs.ts';
export type { Workflow } from './workflows/workflows.ts';
