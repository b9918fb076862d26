import { createJobClient, defineJob, type JobClient } from '@cgk-platform/jobs'
import { batchesOf, type Contender, type ContenderOptions, Countdown } from 'bench-peers/contender'

import { type Claims, ClaimMeter } from '../statements/claim-meter.ts'
import { addWaitingRuns, untilDispatched } from './add-waiting-runs.ts'

/**
 * Opens the PostgreSQL engine with `waiting` runs of ten tenants, and measures its claims. With `full`, each tenant may
 * have one run at a time, and as many other tenants are at this limit: another process of the engine holds a run of each,
 * and a second one waits.
 */
export async function open({ postgresUrl, settings }: ContenderOptions): Promise<Contender> {
  const [waiting, full] = [Number(settings?.['waiting']), Number(settings?.['full'] ?? 0)]
  const meter = new ClaimMeter(postgresUrl!)
  const handled = new Countdown()
  const blocked: (() => void)[] = []
  let permits = 0
  const definitionOf = (handler: () => Promise<void>) =>
    defineJob({
      id: 'waiting',
      event: 'analytics.track',
      ...(settings?.['full'] !== undefined && { concurrency: { perTenant: 1 } }),
      handler,
    })
  const worker = createJobClient({
    provider: 'postgres',
    config: { pool: meter.pool },
    jobs: [
      definitionOf(async () => {
        if (permits === 0) await new Promise<void>((resolve) => blocked.push(resolve))
        permits--
        handled.count()
      }),
    ],
  })
  if (full > 0) await fillLanes(postgresUrl!, full, definitionOf)
  await worker.start()
  await send(worker, 1_000)
  await untilDispatched(postgresUrl!)
  await addWaitingRuns(postgresUrl!, waiting)
  let claims: Claims | undefined
  return {
    async run(jobs) {
      const all = handled.from(jobs)
      await meter.begin()
      const startedAt = performance.now()
      permits = jobs
      for (const start of blocked.splice(0)) start()
      await all
      const durationMs = performance.now() - startedAt
      claims = await meter.end()
      return durationMs
    },
    details: () => claims,
    async close() {}, // the process exits
  }
}

/** Starts a worker that holds a run of each tenant. */
async function fillLanes(
  connectionString: string,
  full: number,
  definitionOf: (handler: () => Promise<void>) => ReturnType<typeof defineJob>,
): Promise<void> {
  const held = new Countdown()
  const all = held.from(full)
  const hold = async (): Promise<void> => {
    held.count()
    await new Promise(() => undefined)
  }
  const config = { connectionString, concurrency: full }
  const holder = createJobClient({ provider: 'postgres', jobs: [definitionOf(hold)], config })
  await holder.start()
  await send(holder, full, (index) => `full-${index}`)
  await all
  await send(holder, full, (index) => `full-${index}`)
}

async function send(client: JobClient, jobs: number, tenantOf?: (index: number) => string): Promise<void> {
  let sent = 0
  for (const batch of batchesOf(jobs)) {
    await client.sendJobs(
      batch.map((payload) => ({
        event: 'analytics.track' as const,
        payload: tenantOf ? { ...payload, tenantId: tenantOf(sent++) } : payload,
      })),
    )
  }
}
