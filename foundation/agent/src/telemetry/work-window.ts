import type { Meter, WorkSample } from '@etis/contracts/telemetry';
import type { TenantId } from '@etis/contracts/tenancy';
import { createDurations, type Durations } from './durations.ts';

/** The work of one interval, for at most 200 tenants and 32 kinds of work; what is beyond goes to the tenant null, or to the work `other`. */
export interface WorkWindow {
  add: Meter['work'];
  /** What ended since the last time, the busiest first, and begins anew. */
  take(): readonly WorkSample[];
}

interface Series {
  readonly durations: Durations;
  failed: number;
  busyMs: number;
}

const mostTenants = 200;
const mostWorks = 32;

export function createWorkWindow(): WorkWindow {
  let tenants = new Set<TenantId>();
  let works = new Map<string, Map<TenantId | null, Series>>();

  function bounded(tenant: TenantId | null): TenantId | null {
    if (tenant === null || tenants.has(tenant)) return tenant;
    if (tenants.size >= mostTenants) return null;
    tenants.add(tenant);
    return tenant;
  }

  function seriesOf(name: string, tenant: TenantId | null): Series {
    const work = works.has(name) || works.size < mostWorks ? name : 'other';
    const byTenant = works.get(work) ?? new Map<TenantId | null, Series>();
    works.set(work, byTenant);
    const series = byTenant.get(tenant) ?? { durations: createDurations(), failed: 0, busyMs: 0 };
    byTenant.set(tenant, series);
    return series;
  }

  return {
    add({ work, tenant, ms, failed }) {
      const series = seriesOf(work, bounded(tenant));
      series.durations.add(ms);
      if (failed) series.failed += 1;
      if (ms > 0) series.busyMs = Math.min(Number.MAX_SAFE_INTEGER, series.busyMs + ms);
    },
    take() {
      const samples = [...works].flatMap(([work, byTenant]) =>
        [...byTenant].map(([tenant, { durations, failed, busyMs }]): WorkSample => {
          const summary = durations.summary();
          return { work, tenant, done: summary.count - failed, failed, busyMs, durations: summary };
        }),
      );
      tenants = new Set();
      works = new Map();
      return samples.toSorted((a, b) => b.busyMs - a.busyMs);
    },
  };
}
