import type { JobContext, SendResult } from '@cgk-platform/jobs'
import { context, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'

/** Makes the spans of `openTelemetry()` by hand, with the same attributes, to measure what the SDK alone costs. */
export interface ManualSpans {
  send(size: number, code: () => Promise<SendResult[]>): Promise<void>
  process(run: JobContext, code: () => void): void
}

const shared = {
  'messaging.system.name': 'cgk.jobs',
  'messaging.destination.name': 'analytics.track',
  'cgk.jobs.engine': 'local',
  'cgk.jobs.tenant.id': 'tenant_1',
}

/** Creates the spans of one process. */
export function createManualSpans(): ManualSpans {
  const tracer = trace.getTracer('manual')
  return {
    async send(size, code) {
      const attributes = { ...shared, 'messaging.operation.name': 'create', 'messaging.operation.type': 'create' }
      const created = Array.from({ length: size }, () =>
        tracer.startSpan('create analytics.track', { kind: SpanKind.PRODUCER, attributes }, ROOT_CONTEXT),
      )
      const links = created.map((span) => ({ context: span.spanContext() }))
      const batch = tracer.startSpan('send analytics.track', { kind: SpanKind.CLIENT, attributes, links }, ROOT_CONTEXT)
      const results = await context.with(trace.setSpan(ROOT_CONTEXT, batch), code)
      for (const [index, result] of results.entries()) {
        if (!result.ok) throw result.error
        created[index]!.setAttribute('messaging.message.id', result.job.id).end()
      }
      batch.end()
    },
    process({ jobId, runId, attempt, maxAttempts }, code) {
      const attributes = {
        ...shared,
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'messaging.message.id': jobId,
        'cgk.jobs.definition.id': 'no-op',
        'cgk.jobs.run.id': runId,
        'cgk.jobs.attempt': attempt,
        'cgk.jobs.max_attempts': maxAttempts,
      }
      const links = [
        { context: { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceFlags: 1 } },
      ]
      const span = tracer.startSpan('process no-op', { kind: SpanKind.CONSUMER, attributes, links }, ROOT_CONTEXT)
      context.with(trace.setSpan(ROOT_CONTEXT, span), code)
      span.setAttribute('cgk.jobs.outcome', 'completed').end()
    },
  }
}
