import { context, metrics, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import {
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'

import { type RecordedSpan, toRecord } from './recorded-span.ts'
import { ownScope } from './span-tree.ts'

/** The telemetry of a test, from the real SDK. */
export interface TestTelemetry {
  /** Returns the ended spans of this library, in the order in which they were started. */
  spans(): readonly ReadableSpan[]
  /** Returns the ended spans of all libraries, in the same order. */
  recorded(): readonly RecordedSpan[]
  /** Returns the metrics of this library. */
  metrics(): Promise<ResourceMetrics>
  stop(): void
}

/** Starts the SDK, as an app does. */
export function startTelemetry({
  sampler,
  processors = [],
}: { readonly sampler?: Sampler; readonly processors?: SpanProcessor[] } = {}): TestTelemetry {
  const exporter = new InMemorySpanExporter()
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const started: string[] = []
  const recorder: SpanProcessor = {
    onStart: (span) => void started.push(span.spanContext().spanId),
    onEnd: () => undefined,
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  }
  const placeOf = (span: ReadableSpan): number => started.indexOf(span.spanContext().spanId)
  const spanProcessors = [recorder, new SimpleSpanProcessor({ exporter }), ...processors]
  const meterProvider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 })],
  })
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors, ...(sampler && { sampler }) }))
  metrics.setGlobalMeterProvider(meterProvider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  )
  const all = (): readonly ReadableSpan[] =>
    exporter.getFinishedSpans().toSorted((one, other) => placeOf(one) - placeOf(other))
  return {
    spans: () => all().filter(({ instrumentationScope }) => instrumentationScope.name === ownScope),
    recorded: () => all().map(toRecord),
    async metrics() {
      await meterProvider.forceFlush()
      return metricExporter.getMetrics().at(-1)!
    },
    stop() {
      for (const api of [trace, metrics, context, propagation]) api.disable()
    },
  }
}
