import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLog } from '@etis/kernel';
import { eventually } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOpenTelemetry, type OpenTelemetry } from './open-telemetry.ts';

interface Received {
  readonly path: string;
  readonly body: unknown;
}

/** A collector that takes OTLP over HTTP as JSON. */
let collector: Server;
let endpoint: string;
const received: Received[] = [];
const running: OpenTelemetry[] = [];

beforeEach(async () => {
  received.length = 0;
  collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ path: request.url ?? '', body: JSON.parse(Buffer.concat(chunks).toString()) });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
  collector.closeAllConnections();
  collector.close();
});

async function start(options: { endpoint?: string | null; intervalMs?: number } = {}): Promise<OpenTelemetry> {
  const telemetry = createOpenTelemetry({ service: { name: 'etis', instance: 'router-1' }, endpoint: null, log: silentLog, ...options });
  running.push(telemetry);
  await telemetry.start();
  return telemetry;
}

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const another = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const done = { work: 'handler/nudge', tenant: 'acme', ms: 12, failed: false };

describe("Prometheus' text", () => {
  it('tells work by what did it, for whom and whether it failed', async () => {
    const { meter, prometheus } = await start();
    meter.work(done);
    meter.work({ ...done, failed: true });
    meter.work({ ...done, tenant: null, work: 'route' });
    const text = await prometheus();
    expect(text).toMatch(/etis_work_duration_count\{[^}]*work="handler\/nudge"[^}]*tenant="acme"[^}]*failed="true"[^}]*\} 1/);
    expect(text).toMatch(/etis_work_duration_count\{[^}]*work="route"[^}]*\} 1/);
    expect(text).toMatch(/etis_work_duration_sum\{[^}]*work="route"[^}]*\} 0\.012/);
  });

  it('tells the process and its queues, also when one of them cannot be looked at', async () => {
    const { meter, prometheus } = await start();
    meter.watchQueues(() => Promise.reject(new Error('the database is away')));
    meter.watchQueues(async () => [{ queue: 'lane/nudge', tenant: 'acme', depth: 7, oldestMs: 1_500 }]);
    const text = await prometheus();
    expect(text).toMatch(/etis_queue_depth\{[^}]*queue="lane\/nudge"[^}]*tenant="acme"[^}]*\} 7/);
    expect(text).toMatch(/etis_queue_oldest\{[^}]*\} 1\.5/);
    expect(text).toMatch(/etis_process_memory\S* \d{7,}/);
    expect(text).toMatch(/etis_process_event_loop_utilization\S* [01]/);
    expect(text).toMatch(/etis_process_cpu_time_total\S* \d/);
  });

  it('writes what a tenant may be called as text and nothing more', async () => {
    const { meter, prometheus } = await start();
    meter.work({ ...done, work: 'a"b\\c\nd' });
    expect(await prometheus()).toContain('work="a\\"b\\\\c\\nd"');
  });
});

describe('OTLP', () => {
  it('sends metrics again and again, and the rest at the end', async () => {
    const telemetry = await start({ endpoint, intervalMs: 50 });
    telemetry.meter.work(done);
    await eventually(() =>
      received.some(({ path, body }) => path === '/v1/metrics' && JSON.stringify(body).includes('etis.work.duration')),
    );
    expect(JSON.stringify(received[0]?.body)).toContain('router-1');
  });

  it('sends a span for each trace that a work says it belongs to, as a child of who caused it', async () => {
    const telemetry = await start({ endpoint });
    telemetry.meter.work({ ...done, traces: [traceparent, traceparent], failed: true });
    telemetry.meter.work(done);
    telemetry.meter.work({ ...done, traces: ['nonsense'] });
    telemetry.meter.work({ ...done, work: 'route', traces: [traceparent, another] });
    await telemetry.stop();
    running.length = 0;
    const spans = received
      .filter(({ path }) => path === '/v1/traces')
      .flatMap(({ body }) => (body as { resourceSpans: { scopeSpans: { spans: object[] }[] }[] }).resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
    expect(spans).toEqual([
      expect.objectContaining({
        ...{ name: 'handler/nudge', traceId: '0af7651916cd43dd8448eb211c80319c', parentSpanId: 'b7ad6b7169203331' },
        status: { code: 2 },
      }),
      expect.objectContaining({ name: 'route', traceId: '0af7651916cd43dd8448eb211c80319c', parentSpanId: 'b7ad6b7169203331' }),
      expect.objectContaining({ name: 'route', traceId: '4bf92f3577b34da6a3ce929d0e0e4736', parentSpanId: '00f067aa0ba902b7' }),
    ]);
  });

  it('that nobody takes disturbs nobody', async () => {
    const telemetry = await start({ endpoint: 'http://127.0.0.1:1', intervalMs: 20 });
    telemetry.meter.work({ ...done, traces: [traceparent] });
    expect(await telemetry.prometheus()).toContain('etis_work_duration');
  });
});
