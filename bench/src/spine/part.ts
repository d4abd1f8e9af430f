import type { BenchReport } from '../report.ts';
import type { Stand } from './stand.ts';

/** What a part is asked for. */
export interface PartOptions {
  readonly stand: Stand;
  /** For a look: shorter runs, fewer of them. */
  readonly quick: boolean;
  /** Contenders to measure, by name; all of them where it is empty. */
  readonly names: readonly string[];
  /** Entries of the long lane. */
  readonly backlog: number;
  readonly print: (line: string) => void;
}

/** One of the measurements that make up the bench. */
export type Part = (options: PartOptions) => Promise<Omit<BenchReport, 'bench'>>;

/** A whole number, right-aligned. */
export function shown(value: number, width = 9): string {
  return Math.round(value).toString().padStart(width);
}

/** Milliseconds with one decimal, right-aligned. */
export function ms(value: number, width = 8): string {
  return value.toFixed(1).padStart(width);
}

/** How a spread of measurements is told. */
export function spread(values: readonly number[]): string {
  return `(${Math.round(Math.min(...values))} to ${Math.round(Math.max(...values))})`;
}
