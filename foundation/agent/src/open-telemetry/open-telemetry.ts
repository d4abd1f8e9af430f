import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '@etis/contracts/log';
import type { Meter, QueueSample } from '@etis/contracts/telemetry';
import { errorText, type Service } from '@etis/kernel';
import { type Attributes, type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace, ValueType } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

/** Metrics and traces of a process in the terms of OpenTelemetry. */
export interface OpenTelemetry extends Service {
  readonly meter: Meter;
  /** What is measured now, in Prometheus' text format. */
  prometheus(): Promise<string>;
}

export interface OpenTelemetryOptions {
  /** `service.name` and `service.instance.id`. */
  readonly service: { readonly name: string; readonly instance: string };
  /** Where metrics and traces are sent by OTLP over HTTP, for example `http://collector:4318`; null for nowhere. */
  readonly endpoint: string | null;
  /** How often metrics are sent, in milliseconds; default 10,000. */
  readonly intervalMs?: number;
  readonly log: Log;
}

const stopWithinMs = 1_500;
/** Seconds; from what memory answers to what is given up. */
const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * Counts work as `etis.work.duration` by work, tenant and failure, watches queues and the process, and makes a span for each trace that a
 * work says it belongs to. An endpoint that does not answer costs what it misses and nothing else.
 */
export function createOpenTelemetry(options: OpenTelemetryOptions): OpenTelemetry {
  const { service, endpoint, intervalMs = 10_000, log } = options;
  const resource = resourceFromAttributes({ 'service.name': service.name, 'service.instance.id': service.instance });
  const pull = new PrometheusExporter({ preventServerStart: true });
  const url = (path: string) => `${endpoint?.replace(/\/$/, '')}/v1/${path}`;
  const push =
    endpoint === null
      ? []
      : [
          new PeriodicExportingMetricReader({
            exporter: new OTLPMetricExporter({ url: url('metrics') }),
            exportIntervalMillis: intervalMs,
          }),
        ];
  const metrics = new MeterProvider({ resource, readers: [pull, ...push] });
  const traces =
    endpoint === null
      ? null
      : new TracerProvider({
          resource,
          spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: url('traces') }) })],
        });
  const instruments = metrics.getMeter('etis');
  const tracer = traces?.getTracer('etis');
  const serializer = new PrometheusSerializer();
  let loopBefore = performance.eventLoopUtilization();
  const queues: (() => Promise<readonly QueueSample[]>)[] = [];

  const duration = instruments.createHistogram('etis.work.duration', {
    unit: 's',
    description: 'How long work took, by what did it and for whom',
    advice: { explicitBucketBoundaries: durationBuckets },
  });
  const cpu = instruments.createObservableCounter('etis.process.cpu.time', { unit: 's', description: 'Processor time of the process' });
  const memory = instruments.createObservableGauge('etis.process.memory', {
    unit: 'By',
    valueType: ValueType.INT,
    description: 'Resident memory',
  });
  const loop = instruments.createObservableGauge('etis.process.event_loop.utilization', {
    description: 'Share of the time since the last look in which the event loop was busy',
  });
  const depth = instruments.createObservableGauge('etis.queue.depth', { valueType: ValueType.INT, description: 'What waits in a queue' });
  const oldest = instruments.createObservableGauge('etis.queue.oldest', { unit: 's', description: 'How long the oldest has waited' });
  cpu.addCallback((result) => {
    const { user, system } = process.cpuUsage();
    result.observe((user + system) / 1e6);
  });
  memory.addCallback((result) => result.observe(process.memoryUsage.rss()));
  loop.addCallback((result) => {
    const now = performance.eventLoopUtilization();
    result.observe(performance.eventLoopUtilization(now, loopBefore).utilization);
    loopBefore = now;
  });
  instruments.addBatchObservableCallback(
    async (result) => {
      for (const read of queues) {
        try {
          for (const { queue, tenant, depth: waiting, oldestMs } of await read()) {
            const about = attributes({ queue, tenant });
            result.observe(depth, waiting, about);
            result.observe(oldest, oldestMs / 1_000, about);
          }
        } catch (error) {
          log.warn({ err: error }, 'a queue could not be looked at');
        }
      }
    },
    [depth, oldest],
  );

  return {
    name: 'OpenTelemetry',
    meter: {
      work({ work, tenant, ms, failed, traces: about = [] }) {
        duration.record(ms / 1_000, { ...attributes({ work, tenant }), failed });
        if (tracer === undefined) return;
        const now = Date.now();
        for (const traceparent of new Set(about)) {
          const parent = contextOf(traceparent);
          if (parent === null) continue;
          const span = tracer.startSpan(work, { startTime: now - ms, kind: SpanKind.INTERNAL, attributes: attributes({ tenant }) }, parent);
          if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end(now);
        }
      },
      watchQueues: (read) => void queues.push(read),
    },
    async prometheus() {
      const { resourceMetrics, errors } = await pull.collect();
      for (const error of errors) log.warn({ err: error }, 'a metric could not be read');
      return serializer.serialize(resourceMetrics);
    },
    start: async () => undefined,
    async stop() {
      const shutdown = Promise.allSettled([metrics.shutdown(), traces?.shutdown()]);
      // An endpoint that does not answer must not keep the process from stopping.
      const ended = await Promise.race([shutdown, delay(stopWithinMs, [], { ref: false })]);
      for (const one of ended) {
        if (one.status === 'rejected') log.warn({ reason: errorText(one.reason) }, 'the last metrics or spans could not be sent');
      }
    },
  };
}

function attributes(of: Readonly<Record<string, string | null>>): Attributes {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== null)) as Attributes;
}

/** Of a W3C traceparent; null for one that is none. */
function contextOf(traceparent: string): Context | null {
  const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  // Whoever began the trace decides who keeps it; what the platform does in it is always told.
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) | TraceFlags.SAMPLED,
    isRemote: true,
  });
}
