import {
  createJobClient as createClientOnAnyEngine,
  type JobClient,
  type JobClientOptions,
} from '@cgk-platform/jobs-core'

/**
 * Creates a client on Trigger.dev. Ignores environment variables that choose an engine, and other registered engines.
 * To use another engine, pass its name or a provider object in `provider`.
 *
 * @throws {InvalidOptionError} for an invalid option, or a `config` together with a provider object.
 */
export function createJobClient(options: JobClientOptions = {}): JobClient {
  return createClientOnAnyEngine(options.provider === undefined ? { ...options, provider: 'trigger.dev' } : options)
}
