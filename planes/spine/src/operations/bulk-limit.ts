import { errors } from '../errors.ts';

/** How many one bulk order may change. @throws SPINE_BULK_LIMIT_MALFORMED */
export function bulkLimit(limit: number): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) throw errors.BULK_LIMIT_MALFORMED();
  return limit;
}
