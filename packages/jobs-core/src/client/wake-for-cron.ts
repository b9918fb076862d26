import { ambientJobs } from '../jobs/job-registry.ts'
import { createDefaultLogger } from '../logging/default-logger.ts'
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
    wake().catch((error: unknown) => createDefaultLogger().error('Cron jobs are defined, but no engine runs them.', { error }))
  }, 0)
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
  if (shared.here.size === 0 && !shared.client && shared.defaultClient?.runsHere()) {
    shared.client = shared.defaultClient.create()
    shared.woken = shared.client
  }
  const [client] = shared.here
  await client?.capabilities() // asking for anything opens the engine
}
