import { spineDomain } from '@etis/spine';
import type { Role } from './role.ts';

/** Delivers lanes where batches go over Redis. While the hosts of clusters are called directly, their own processes do so and this one waits. */
export const dispatcher: Role = {
  domains: [spineDomain],
  spine: ['dispatcher'],
  parts: () => [{ kind: 'dispatcher', scope: null }],
};
