import { defineJob } from '@cgk-platform/jobs-core'
import { createTestEngine } from '@cgk-platform/jobs-local/testing'
import { pino } from 'pino'
import { expect, test } from 'vitest'

import { openTelemetry, traceFields } from '../src/index.ts'
import { startTelemetry } from './kit/start-telemetry.ts'
import './kit/shop.ts'

test("pino's lines of an attempt have the ids of its span, from the library, the handler and other code", async ({
  onTestFinished,
}) => {
  const telemetry = startTelemetry()
  onTestFinished(() => telemetry.stop())
  const lines: Record<string, unknown>[] = []
  const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) }
  const logger = pino({ level: 'debug', mixin: () => traceFields() ?? {} }, stream)
  const log = defineJob({
    id: 'log-order',
    event: 'shop.paid',
    handler: async (_event, context) => {
      context.logger.info('by the handler')
      await Promise.resolve()
      logger.child({ module: 'stock' }).info('by other code')
    },
  })
  const { client, ...engine } = createTestEngine({ jobs: [log], instrument: openTelemetry(), logger })
  onTestFinished(() => engine.close())
  await client.sendJob('shop.paid', { tenantId: 'acme', orderId: 'order_1' })
  await engine.runUntilIdle()
  const { traceId, spanId } = telemetry
    .spans()
    .find(({ name }) => name === 'process log-order')!
    .spanContext()
  const ids = { trace_id: traceId, span_id: spanId, trace_flags: '01' }
  for (const msg of ['The attempt started.', 'by the handler', 'by other code', 'The run completed.']) {
    expect(lines.find((line) => line['msg'] === msg)).toMatchObject(ids)
  }
  logger.info('outside')
  expect(lines.at(-1)).not.toHaveProperty('trace_id')
})
