import { hasRedis } from '@etis/testing';
import { expect, test } from 'vitest';
import { soak } from './soak.ts';

const seconds = 60;

test(`keeps every promise for ${seconds} s of mixed deliveries while any process is killed`, { timeout: 900_000 }, async () => {
  const told: string[] = [];
  const report = await soak({ seconds, rate: 150, seed: 20_261_123, redis: hasRedis(), say: (sentence) => told.push(sentence) });
  expect(report.violations, told.join('\n')).toEqual([]);
  expect(Object.keys(report.kills).length).toBeGreaterThan(3);
  expect(report.counts.accepted).toBeGreaterThan(1_000);
});
