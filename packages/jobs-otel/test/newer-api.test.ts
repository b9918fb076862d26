import { createTestEngine } from '@cgk-platform/jobs-local/testing'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import * as older from 'opentelemetry-api-1.9'
import { afterEach, expect, test } from 'vitest'

import { openTelemetry } from '../src/index.ts'
import { printReceipt } from './kit/shop.ts'

afterEach(() => older.trace.disable())

test('an SDK that an older API has registered is not used, and the jobs run', async () => {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  expect(older.trace.setGlobalTracerProvider(provider)).toBe(true)
  const { client, ...engine } = createTestEngine({ jobs: [printReceipt], instrument: openTelemetry() })
  const { id } = await client.sendJob('shop.paid', { tenantId: 'acme', orderId: 'order_1' })
  await engine.runUntilIdle()
  expect((await client.getJobStatus(id)).state).toBe('completed')
  expect(exporter.getFinishedSpans()).toEqual([])
  await engine.close()
})
