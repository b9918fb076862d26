import { ambient } from '../ambient.ts'
import { ambientJobs } from '../jobs/job-registry.ts'
import { createDefaultLogger } from '../logging/default-logger.ts'
import type { JobClient } from './job-client.ts'

let waking = false

/**
 * Brings the engine of this process to life when a cron job is defined: nothing else would, since nobody sends one.
 * It waits a turn, so that a client which the program is about to make comes first. On a hosted engine it does nothing.
 */
export function wakeForCron(): void {
  if (waking) return
  waking = true
  setTimeout(() => {
    waking = false
    wake().catch((error: unknown) => createDefaultLogger().error('Cron jobs are defined, but no engine runs them.', { error }))
  }, 0)
}

/** Makes a client the one that cron jobs bring to life, unless another is already. */
export function offerHereClient(client: JobClient): void {
  ambient().hereClient ??= client
  wakeForCron()
}

/** Takes a closing client back. */
export function forgetHereClient(client: JobClient): void {
  if (ambient().hereClient === client) ambient().hereClient = undefined
}

async function wake(): Promise<void> {
  const shared = ambient()
  if (ambientJobs().cronJobs().length === 0) return
  if (!shared.hereClient && !shared.client && shared.defaultClient?.runsHere()) shared.client = shared.defaultClient.create()
  await shared.hereClient?.capabilities() // asking for anything opens the engine
}
