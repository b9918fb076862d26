import { ambient, type DefaultClient } from '../ambient.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { scopedClient } from '../runs/scope.ts'
import type { JobClient } from './job-client.ts'

/**
 * The client that `sendJob` and its siblings use: inside a handler the one of the engine that runs it, elsewhere the
 * one of `setJobClient`, or one made from the environment on first use.
 *
 * @throws {ProviderNotChosenError} when the environment does not say which engine to use.
 */
export function getJobClient(): JobClient {
  const shared = ambient()
  const scoped = scopedClient()
  if (scoped) return scoped
  if (!shared.client) {
    if (!shared.defaultClient) {
      throw new InvalidOptionError({
        option: 'client',
        problem: 'is not set, and this package alone has no engine',
        remedy: 'Import from `@cgk-platform/jobs` or from one provider package, or call `setJobClient(client)`.',
      })
    }
    shared.client = shared.defaultClient.create()
  }
  return shared.client
}

/** Sets the client that `sendJob` and its siblings use; `undefined` lets the environment decide again. The one before is not closed. */
export function setJobClient(client: JobClient | undefined): void {
  ambient().client = client
}

/** Says how the default client is made. The first face of the library that is imported decides. */
export function provideDefaultClient(defaultClient: DefaultClient): void {
  ambient().defaultClient ??= defaultClient
}
