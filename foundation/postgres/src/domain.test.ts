import { expect, it } from 'vitest';
import { clusterRole, clusterSchema } from './index.ts';

it('names the schema and the role of a cluster', () => {
  expect(clusterSchema('nudge-standard-eu')).toBe('nudge_standard_eu');
  expect(clusterRole('nudge-standard-eu')).toBe('etis_cluster_nudge_standard_eu');
});
