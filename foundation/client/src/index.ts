export type { Change, ChangesOptions } from './changes.ts';
export { type Answer, type Call, type Client, type ClientOptions, createClient } from './client.ts';
export type * from './platform-api.ts';
export { ProblemError, type RefusedPlace, UnreachableError } from './problem-error.ts';
