import type { ProcessSample, QueueSample, TelemetryBatch, TelemetryReport, WorkSample } from '@etis/contracts/telemetry';

const mostReports = 1_000;
const mostSamples = 10_000;
const mostText = 200;

/** The reports of a batch that can be used, whatever it holds; of each only what is known. */
export function readReports(batch: TelemetryBatch): readonly TelemetryReport[] {
  return (Array.isArray(batch.reports) ? (batch.reports as readonly unknown[]) : []).slice(0, mostReports).flatMap((value) => {
    const report = readReport(value);
    return report === null ? [] : [report];
  });
}

function readReport(value: unknown): TelemetryReport | null {
  if (!isObject(value)) return null;
  const { subscriber, roles, from, until, lost } = value;
  const sampled = readProcess(value['process']);
  const queues = readAll(value['queues'], readQueue);
  const work = readAll(value['work'], readWork);
  const isWhole = isText(subscriber) && isTime(from) && isTime(until) && isAmount(lost) && Array.isArray(roles) && roles.every(isText);
  if (!isWhole || sampled === null || queues === null || work === null) return null;
  return { subscriber, roles: roles.slice(0, 20) as string[], from, until, process: sampled, queues, work, lost };
}

function readProcess(value: unknown): ProcessSample | null {
  if (!isObject(value)) return null;
  const { cpu, rssBytes, heapBytes, eventLoopDelayMs } = value;
  return isAmount(cpu) && isAmount(rssBytes) && isAmount(heapBytes) && isAmount(eventLoopDelayMs)
    ? { cpu, rssBytes, heapBytes, eventLoopDelayMs }
    : null;
}

function readQueue(value: unknown): QueueSample | null {
  if (!isObject(value)) return null;
  const { queue, tenant, depth, oldestMs } = value;
  return isText(queue) && isTenant(tenant) && isAmount(depth) && isAmount(oldestMs) ? { queue, tenant, depth, oldestMs } : null;
}

function readWork(value: unknown): WorkSample | null {
  if (!isObject(value) || !isObject(value['durations'])) return null;
  const { work, tenant, done, failed, busyMs } = value;
  const { count, p50, p95, p99, max } = value['durations'];
  const isWhole = isText(work) && isTenant(tenant) && isCount(done) && isCount(failed) && isAmount(busyMs);
  if (!isWhole || !isCount(count) || !isAmount(p50) || !isAmount(p95) || !isAmount(p99) || !isAmount(max)) return null;
  return { work, tenant, done, failed, busyMs, durations: { count, p50, p95, p99, max } };
}

/** Null where one of them, or their number, is not what it has to be. */
function readAll<T>(value: unknown, readOne: (one: unknown) => T | null): readonly T[] | null {
  if (!Array.isArray(value) || value.length > mostSamples) return null;
  const all = value.map(readOne).filter((one) => one !== null);
  return all.length === value.length ? all : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** PostgreSQL keeps no NUL in a text. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= mostText && !value.includes('\0');
}

function isTenant(value: unknown): value is string | null {
  return value === null || isText(value);
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) && !Number.isNaN(Date.parse(value));
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

/** A thousand of them add up to what a bigint holds. */
function isCount(value: unknown): value is number {
  return isAmount(value) && Number.isInteger(value) && value <= 1e12;
}
