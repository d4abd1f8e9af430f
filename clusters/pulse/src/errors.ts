import { errorCatalogue } from '@etis/runtime/sdk';

export const errors = errorCatalogue('PULSE', {
  DATASET_UNKNOWN: {
    kind: 'not-found',
    message: (dataset: string) => `There is no dataset "${dataset}". Look at the list of datasets for those there are.`,
  },
  NAME_UNKNOWN: {
    kind: 'not-found',
    message: (what: 'measure' | 'dimension', name: string, dataset: string) =>
      `The dataset "${dataset}" has no ${what} "${name}". Look at the list of datasets for those it has.`,
  },
  QUERY_INVALID: {
    kind: 'invalid',
    message: (reason: string) => `The query cannot be asked, because ${reason}.`,
  },
  DASHBOARD_UNKNOWN: {
    kind: 'not-found',
    message: (id: string) => `There is no dashboard "${id}".`,
  },
  THRESHOLD_INVALID: {
    kind: 'invalid',
    message: (reason: string) => `The threshold cannot be kept, because ${reason}.`,
  },
  FULL: {
    kind: 'limited',
    message: (what: string, most: number) => `A tenant has at most ${most} ${what}. Delete one first.`,
  },
  EXPORT_TOO_LARGE: {
    kind: 'too-large',
    message: (mebibytes: number) => `The export has more than ${mebibytes} MiB. Narrow it by a range, a filter or fewer dimensions.`,
  },
  FORBIDDEN: {
    kind: 'forbidden',
    message: () => 'Who asks may not see figures or change policies here.',
  },
});
