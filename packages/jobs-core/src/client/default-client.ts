import { defaultSender } from '../ambient/default-sender.ts'
import type { JobClient } from './job-client.ts'
import { sharedClients } from './shared-clients.ts'

/**
 * Returns the client that `sendJob` and the other module functions use. Inside a handler this is the client of the
 * engine that runs the handler, or the tenant router that this client belongs to. Elsewhere it is the client of
 * `setJobClient`, or a client created from the environment on first use.
 *
 * @throws {ProviderNotChosenError} if the environment does not choose an engine.
 */
export function getJobClient(): JobClient {
  return defaultSender() as JobClient
}

/**
 * Sets the client that `sendJob` and the other module functions use. With `undefined`, the environment chooses again.
 * The previous client stays open. Exception: a client that was created only because a cron job was defined is closed, so
 * that cron jobs do not tick twice.
 */
export function setJobClient(client: JobClient | undefined): void {
  const shared = sharedClients()
  const { autoStarted } = shared
  if (autoStarted && autoStarted === shared.client && autoStarted !== client) void autoStarted.close({ timeout: 0 })
  shared.autoStarted = undefined
  shared.client = client
}

/**
 * Stops cron jobs from starting an engine when they are defined, and closes an engine that they have started. For test
 * kits: cron jobs must tick only on a test's own engine.
 */
export function disableCronAutoStart(): void {
  const shared = sharedClients()
  shared.isCronAutoStartDisabled = true
  if (shared.autoStarted) setJobClient(undefined)
}
