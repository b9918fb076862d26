import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createJobClient, defineJob } from '@cgk-platform/jobs'
import { openTelemetry } from '@cgk-platform/jobs-otel'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BatchSpanProcessor, InMemorySpanExporter, TracerProvider } from '@opentelemetry/sdk-trace'
import { batchesOf, Countdown } from 'bench-peers/contender'

// Measures jobs without an instrumentation (`none`), with one and no SDK (`idle`), and with an SDK (`sdk`).
const [mode = 'none', store = 'memory'] = process.argv.slice(2)
const jobs = store === 'memory' ? 50_000 : 20_000
const rounds = 5

const exporter = new InMemorySpanExporter()
if (mode === 'sdk') {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] }))
}
const instrument = mode === 'none' ? undefined : openTelemetry()
const folder = mkdtempSync(join(tmpdir(), 'bench-telemetry-'))
const measured: { wallUs: number; cpuUs: number }[] = []
for (let round = 0; round <= rounds; round++) {
  const handled = new Countdown()
  const job = defineJob({ id: `no-op-${round}`, event: 'analytics.track', handler: async () => handled.count() })
  const file = store === 'sqlite' && { store: 'sqlite' as const, path: join(folder, `jobs-${round}.db`) }
  const config = { concurrency: store === 'sqlite' ? 1_000 : 50, ...file }
  const client = createJobClient({ provider: 'local', jobs: [job], config, instrument })
  await client.start()
  const batches = batchesOf(jobs).map((batch) =>
    batch.map((payload) => ({ event: 'analytics.track' as const, payload })),
  )
  const all = handled.from(jobs)
  globalThis.gc?.()
  const [startedAt, used] = [performance.now(), process.cpuUsage()]
  for (const batch of batches) await client.sendJobs(batch)
  await all
  await client.close({ timeout: '5m' })
  const { user, system } = process.cpuUsage(used)
  const wallUs = ((performance.now() - startedAt) * 1000) / jobs
  if (round > 0) measured.push({ wallUs, cpuUs: (user + system) / jobs }) // the first one warms up
  exporter.reset()
}
rmSync(folder, { recursive: true })
console.log(JSON.stringify(measured))
