import { setJobClient } from '@cgk-platform/jobs'
import { createTestEngine } from '@cgk-platform/jobs/local/testing'
import { openTelemetry } from '@cgk-platform/jobs-otel'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemorySpanExporter, SimpleSpanProcessor, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { fulfilOrder } from 'storefront/fulfil-order'
import { sendEmail } from 'storefront/jobs'

import type { RecordedSpan } from './recorded-span.ts'

const hourMs = 3_600_000
/** Its parcel goes back to the sender, so that its payment is refunded. */
const order = {
  tenantId: 'norway',
  orderId: '59',
  totalAmount: 1000,
  items: [{ sku: '22064', quantity: 2 }],
  customerId: '17850',
  customerEmail: 'customer-17850@example.com',
}

/** Runs the storefront's workflow for nine days on a virtual clock, and returns the spans that an app would export. */
export async function recordSpans(): Promise<readonly RecordedSpan[]> {
  const exporter = new InMemorySpanExporter()
  const startHours = new Map<string, number>()
  // The SDK reads the start of a span in whole milliseconds, in which whole attempts fit here.
  const startedAt = new Map<string, number>()
  const endedAt = new Map<string, number>()
  const done = (): Promise<void> => Promise.resolve()
  const clock: SpanProcessor = {
    onStart(span) {
      startedAt.set(span.spanContext().spanId, performance.now())
      startHours.set(span.spanContext().spanId, engine.now().getTime() / hourMs)
    },
    onEnd: (span) => void endedAt.set(span.spanContext().spanId, performance.now()),
    forceFlush: done,
    shutdown: done,
  }
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [clock, new SimpleSpanProcessor({ exporter })] }))
  const silent = (): void => undefined
  const engine = createTestEngine({
    jobs: [fulfilOrder, sendEmail],
    startAt: new Date('2026-03-02T09:00:00Z'),
    instrument: openTelemetry(),
    logger: { debug: silent, info: silent, warn: silent, error: silent },
  })
  setJobClient(engine.client)
  await engine.client.sendJob('order.accepted', order)
  await engine.advance('9d')
  await engine.close()
  setJobClient(undefined)
  trace.disable()
  context.disable()

  const byId = new Map(exporter.getFinishedSpans().map((span) => [span.spanContext().spanId, span]))
  const [firstId] = startedAt.keys()
  const microsecondsAt = (times: ReadonlyMap<string, number>, spanId: string): number =>
    Math.round((times.get(spanId)! - startedAt.get(firstId!)!) * 1000)
  return [...startedAt.keys()].map((spanId) => {
    const { name, attributes, links, parentSpanContext } = byId.get(spanId)!
    const outcome = attributes['cgk.jobs.outcome']
    const errorType = attributes['error.type']
    const startUs = microsecondsAt(startedAt, spanId)
    return {
      ...{ name, traceId: byId.get(spanId)!.spanContext().traceId, spanId },
      ...(parentSpanContext && { parentId: parentSpanContext.spanId }),
      links: links.map((link) => byId.get(link.context.spanId)!.name),
      ...(typeof outcome === 'string' && { outcome }),
      ...(typeof errorType === 'string' && { errorType }),
      startUs,
      durationUs: microsecondsAt(endedAt, spanId) - startUs,
      startHours: Math.round(startHours.get(spanId)! - startHours.get(firstId!)!),
    }
  })
}
