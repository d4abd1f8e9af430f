import type { Log } from '@etis/contracts/log';
import { silentLog } from '@etis/kernel';
import { expect, it } from 'vitest';
import { fakeGovernance, fakeView } from '../spine-fixture.ts';
import { createEligibility } from './eligibility.ts';

const lane = (tenant: string, product = 'nudge') => ({ id: '1', name: `${tenant}/${product}`, tenant, product });

function listening(): { log: Log; warnings: string[] } {
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (fields) => void warnings.push((fields as { lane: string }).lane) };
  return { log, warnings };
}

const transport = { chosen: () => 'direct' as const, reaches: (_: string) => true };

it('follows the placement of the moment', () => {
  const governance = fakeGovernance();
  const eligibility = createEligibility({ governance, transport, log: silentLog });
  const before = eligibility();
  expect(before.clusterOf(lane('acme'))).toBe('nudge-standard');
  expect(before.clusterOf(lane('acme', 'pulse'))).toBe('pulse-standard');
  expect(eligibility()).toBe(before);
  governance.change(fakeView({ placements: [{ tenant: 'acme', product: 'nudge', cluster: 'nudge-own' }] }));
  expect(eligibility().clusterOf(lane('acme'))).toBe('nudge-own');
  expect(eligibility()).not.toBe(before);
});

it('knows which of the clusters it reaches, and what their lanes weigh', () => {
  const clusters = new Map([
    ['a', { id: 'a', product: 'nudge', tier: 'standard' as const }],
    ['b', { id: 'b', product: 'nudge', tier: 'enterprise' as const }],
  ]);
  const governance = fakeGovernance(fakeView({ clusters, placements: [{ tenant: 'acme', product: 'nudge', cluster: 'c' }] }));
  const { reached, weightOf } = createEligibility({
    governance,
    transport: { ...transport, reaches: (id) => id !== 'a' },
    log: silentLog,
  })();
  expect([...reached]).toEqual(['b', 'c']);
  expect([weightOf('a'), weightOf('b'), weightOf('unknown')]).toEqual([1, 4, 1]);
});

it('gives nothing to tenants that are suspended or unknown', () => {
  const { tenants } = fakeView();
  const suspended = new Map([...tenants, ['acme', { id: 'acme', name: 'acme', status: 'suspended' as const }]]);
  const eligibility = createEligibility({
    governance: fakeGovernance(fakeView({ tenants: suspended })),
    transport,
    log: silentLog,
  });
  expect(eligibility().clusterOf(lane('acme'))).toBeUndefined();
  expect(eligibility().clusterOf(lane('nobody'))).toBeUndefined();
  expect(eligibility().clusterOf(lane('birch'))).toBe('nudge-standard');
});

it('says once that a placement has gone, and again only when it went again', () => {
  const { log, warnings } = listening();
  const governance = fakeGovernance(fakeView({ placements: [] }));
  const eligibility = createEligibility({ governance, transport, log });
  for (let round = 0; round < 3; round += 1) expect(eligibility().clusterOf(lane('acme'))).toBeUndefined();
  governance.change(fakeView({ placements: [], version: 2 }));
  expect(eligibility().clusterOf(lane('acme'))).toBeUndefined();
  expect(warnings).toEqual(['acme/nudge']);
  governance.change(fakeView());
  expect(eligibility().clusterOf(lane('acme'))).toBe('nudge-standard');
  governance.change(fakeView({ placements: [] }));
  expect(eligibility().clusterOf(lane('acme'))).toBeUndefined();
  expect(warnings).toEqual(['acme/nudge', 'acme/nudge']);
});
