import {
  createJobClient as createClientOnAnyEngine,
  type JobClient,
  type JobClientOptions,
} from '@cgk-platform/jobs-core'

/**
 * Creates a client on Trigger.dev, whatever the environment says and whichever engines the process knows besides. Name
 * another engine in `provider`, or give a ready provider, to use that.
 *
 * @throws {InvalidOptionError} for a wrong option, or a `config` beside a ready provider.
 */
export function createJobClient(options: JobClientOptions = {}): JobClient {
  return createClientOnAnyEngine(options.provider === undefined ? { ...options, provider: 'trigger.dev' } : options)
}
