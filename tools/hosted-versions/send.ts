// Sends jobs, steers them, waits for their ends, and prints their ids.
import type { JobState } from '@cgk-platform/jobs-core'

import { openClient } from './open-client.ts'
import './project/jobs.ts'

const client = await openClient([])
const work = { tenantId: 'acme', number: 7 }

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => void setTimeout(resolve, 100))
}

async function ended(id: string): Promise<JobState> {
  return (await client.waitForJob(id, { timeout: '10m' })).state
}

const plain = await client.sendJob('versions.plain', work)
const retried = await client.sendJob('versions.retried', work)
const failed = await client.sendJob('versions.retried', work, { maxAttempts: 1 })
const waits = await client.sendJob('versions.waits', work)
const endless = await client.sendJob('versions.endless', work)

await until(async () => (await client.getJobStatus(endless.id)).state === 'running')
await client.cancelJob(endless.id)
await until(async () => {
  const { runs } = await client.getJobStatus(waits.id)
  return runs.at(-1)?.steps?.some(({ id, state }) => id === 'told' && state === 'waiting') ?? false
})
await client.sendJob('versions.told', work)
await ended(failed.id)
await client.retryJob(failed.id)
for (const { id } of [plain, retried, failed, waits, endless]) await ended(id)
console.log(JSON.stringify([plain.id, retried.id, failed.id, waits.id, endless.id]))
await client.close()
