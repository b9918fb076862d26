import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { scopedClient } from '../runs/async-context.ts'
import type { JobClient } from './job-client.ts'
import { sharedClients } from './shared-clients.ts'

/**
 * The client that `sendJob` and its siblings use: inside a handler the one of the engine that runs it, elsewhere the
 * one of `setJobClient`, or one made from the environment on first use.
 *
 * @throws {ProviderNotChosenError} when the environment does not say which engine to use.
 */
export function getJobClient(): JobClient {
  const shared = sharedClients()
  const scoped = scopedClient()
  if (scoped) return scoped
  shared.woken = undefined // used from now on, whatever made it
  if (!shared.client) {
    if (!shared.createDefault) {
      throw new InvalidOptionError({
        option: 'client',
        problem: 'is not set, and this package alone has no engine',
        remedy: 'Import from `@cgk-platform/jobs` or from one provider package, or call `setJobClient(client)`.',
      })
    }
    shared.client = shared.createDefault()
  }
  return shared.client
}

/**
 * Sets the client that `sendJob` and its siblings use; `undefined` lets the environment decide again. The one before is
 * not closed, but for one that only a cron job brought to life: its cron jobs would tick beside those of this client.
 */
export function setJobClient(client: JobClient | undefined): void {
  const shared = sharedClients()
  if (shared.woken && shared.woken === shared.client && shared.woken !== client) void shared.woken.close({ timeout: 0 })
  shared.woken = undefined
  shared.client = client
}

/**
 * Lets defined cron jobs bring no engine to life from now on, and puts back to sleep the one that they have. For test
 * kits: cron jobs shall tick on a test's own engine, and never for real beside it.
 */
export function disableCronAutoStart(): void {
  const shared = sharedClients()
  shared.cronAsleep = true
  if (shared.woken) setJobClient(undefined)
}
