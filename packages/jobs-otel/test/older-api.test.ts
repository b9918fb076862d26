import { createTestEngine } from '@cgk-platform/jobs-local/testing'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { expect, test, vi } from 'vitest'

import { openTelemetry } from '../src/index.ts'
import { printReceipt } from './kit/shop.ts'

// This library loads the older API, and the app the newer one.
vi.mock('@opentelemetry/api', () => import('opentelemetry-api-1.9'))

test('an SDK that a newer API has registered is used', async ({ onTestFinished }) => {
  const newer = await vi.importActual<typeof import('@opentelemetry/api')>('@opentelemetry/api')
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  expect(newer.trace.setGlobalTracerProvider(provider)).toBe(true)
  onTestFinished(() => newer.trace.disable())
  const { client, ...engine } = createTestEngine({ jobs: [printReceipt], instrument: openTelemetry() })
  await client.sendJob('shop.paid', { tenantId: 'acme', orderId: 'order_1' })
  await engine.runUntilIdle()
  const names = exporter.getFinishedSpans().map(({ name }) => name)
  expect(names).toEqual(['send shop.paid', 'process print-receipt'])
  await engine.close()
})
