/** How a measure is made of the rows of a group. */
type Aggregate = 'count' | 'count-distinct' | 'sum' | 'average' | 'minimum' | 'maximum' | 'median';

export interface Measure {
  readonly title: string;
  readonly aggregate: Aggregate;
  /** The dataset's column; absent for `count`, which counts rows. */
  readonly column?: string;
  readonly unit?: 'hours' | 'seconds' | 'share';
}

interface Dimension {
  readonly title: string;
  readonly column: string;
  readonly type: 'text' | 'boolean';
}

/**
 * What people may ask of one dataset: data, not code. Names are what queries say, columns are what the dataset has; both are identifiers, since
 * they are all of a model that is ever written into SQL.
 */
export interface DatasetModel {
  readonly dataset: string;
  readonly title: string;
  /** The column of time that grain and range are about. */
  readonly time: string;
  /** The column that says which project a row belongs to; what a policy of projects is about. */
  readonly project: string;
  readonly measures: Readonly<Record<string, Measure>>;
  readonly dimensions: Readonly<Record<string, Dimension>>;
}
