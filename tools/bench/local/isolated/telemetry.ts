import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createJobClient, defineJob } from '@cgk-platform/jobs'
import { openTelemetry } from '@cgk-platform/jobs-otel'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  InMemorySpanExporter,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { batchesOf, Countdown } from 'bench-peers/contender'

import { createManualSpans } from './manual-spans.ts'
import { work } from './work.ts'

// Measures jobs without an instrumentation (`none`); with one and no SDK (`idle`), with an SDK (`sdk`), and with one that
// samples 10 % (`sampled`); and without one, but with the same spans made by hand (`manual`).
const [mode = 'none', store = 'memory', handler = 'empty'] = process.argv.slice(2)
const rounds = 3

const exporter = new InMemorySpanExporter()
if (mode === 'sdk' || mode === 'sampled' || mode === 'manual') {
  const root = mode === 'sampled' ? new TraceIdRatioBasedSampler(0.1) : new AlwaysOnSampler()
  const sampler = new ParentBasedSampler({ root })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(new TracerProvider({ sampler, spanProcessors: [new BatchSpanProcessor({ exporter })] }))
}
const manual = mode === 'manual' ? createManualSpans() : undefined
const instrument = mode === 'none' || manual ? undefined : openTelemetry()
const folder = mkdtempSync(join(tmpdir(), 'bench-telemetry-'))
const measured: { wallUs: number; cpuUs: number }[] = []
for (let round = 0; round <= rounds; round++) {
  // The first one warms up the code, which takes many jobs.
  const isWorking = handler === 'work' && round > 0
  const jobs = isWorking ? 1000 : 20_000
  const handled = new Countdown()
  const handle = (): void => {
    if (isWorking) work()
    handled.count()
  }
  const job = defineJob({
    id: `no-op-${round}`,
    event: 'analytics.track',
    handler: manual ? async (_event, run) => manual.process(run, handle) : async () => handle(),
  })
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
  for (const batch of batches) {
    if (manual) await manual.send(batch.length, () => client.sendJobs(batch))
    else await client.sendJobs(batch)
  }
  await all
  await client.close({ timeout: '5m' })
  const { user, system } = process.cpuUsage(used)
  const wallUs = ((performance.now() - startedAt) * 1000) / jobs
  if (round > 0) measured.push({ wallUs, cpuUs: (user + system) / jobs })
  exporter.reset()
}
rmSync(folder, { recursive: true })
console.log(JSON.stringify(measured))
