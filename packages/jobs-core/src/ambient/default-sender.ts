import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import type { JobSender } from '../sends/job-sender.ts'
import { scopedClient } from './async-context.ts'
import { routerLinkOf } from './router-link.ts'
import { sharedSenders } from './shared-senders.ts'

/**
 * Returns the client for code that has none: of the engine that runs the present handler, or the router that this
 * client belongs to. Elsewhere the process's default client, created on first use.
 *
 * @throws {ProviderNotChosenError} if the environment does not choose an engine.
 */
export function defaultSender(): JobSender {
  const shared = sharedSenders()
  const scoped = scopedClient()
  if (scoped) return routerLinkOf(scoped)?.router ?? scoped
  shared.autoStarted = undefined // a call uses it from now on
  if (!shared.client) {
    if (!shared.createDefault) {
      throw new InvalidOptionError({
        option: 'client',
        problem: 'is not set, and `@cgk-platform/jobs-core` has no engine',
        remedy: 'Import from `@cgk-platform/jobs` or from a provider package, or call `setJobClient(client)`.',
      })
    }
    shared.client = shared.createDefault()
  }
  return shared.client
}
