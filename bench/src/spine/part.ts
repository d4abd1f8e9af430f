import type { BenchReport } from '../report.ts';
import type { Stand } from './stand.ts';

/** One of the measurements that make up the bench. */
export type Part = (given: {
  readonly stand: Stand;
  /** For a look: shorter runs, fewer of them. */
  readonly quick: boolean;
  readonly print: (line: string) => void;
}) => Promise<Omit<BenchReport, 'bench'>>;
