import type { Definition } from '../jobs/definition.ts'
import { ambientJobs } from '../jobs/job-registry.ts'
import { createDefaultLogger } from '../logging/default-logger.ts'
import { chooseEngine } from '../provider/choose-engine.ts'
import { engines } from '../provider/engine-registry.ts'
import type { JobClient } from './job-client.ts'
import { sharedClients } from './shared-clients.ts'

let waking = false

/**
 * Brings the engine of this process to life when a cron job is defined: nothing else would, since nobody sends one.
 * It waits a turn, so that a client which the program is about to make comes first. On a hosted engine it does nothing.
 */
export function wakeForCron(): void {
  if (waking || ambientJobs().cronJobs().length === 0) return
  waking = true
  setTimeout(() => {
    waking = false
    wake().catch((error: unknown) =>
      createDefaultLogger().error('Cron jobs are defined, but no engine runs them.', { error }),
    )
  }, 0)
}

/** Notes whose jobs a new client has: of those, none brings another engine to life. */
export function noteClientJobs(jobs: readonly Definition[] | undefined): void {
  const shared = sharedClients()
  if (!jobs) shared.served = true
  for (const job of jobs ?? []) shared.listed.add(job)
}

/** Makes a client one that cron jobs bring to life. */
export function offerHereClient(client: JobClient): void {
  sharedClients().here.add(client)
  wakeForCron()
}

/** Takes a closing client back. */
export function forgetHereClient(client: JobClient): void {
  sharedClients().here.delete(client)
}

async function wake(): Promise<void> {
  const shared = sharedClients()
  if (shared.cronAsleep) return
  // Cron jobs that a client of the program has would tick a second time on an engine made for them.
  const isServed =
    shared.served ||
    ambientJobs()
      .cronJobs()
      .every((job) => shared.listed.has(job))
  if (!shared.client && !isServed && shared.createDefault && chooseEngine(engines()).engine.runsInProcess) {
    shared.client = shared.createDefault()
    shared.woken = shared.client
  }
  // Asking for anything opens an engine. However many there are, one ticks for each cron job.
  await Promise.all([...shared.here].map((client) => client.capabilities()))
}
