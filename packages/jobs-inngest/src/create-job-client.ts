import {
  createJobClient as createClientOnAnyEngine,
  type JobClient,
  type JobClientOptions,
} from '@cgk-platform/jobs-core'

/**
 * Creates a client for Inngest. Ignores `JOB_PROVIDER` and other loaded engines. To use another engine, set `provider`.
 *
 * @throws {InvalidOptionError} for an invalid option, or a `config` together with a provider object.
 */
export function createJobClient(options: JobClientOptions = {}): JobClient {
  return createClientOnAnyEngine(options.provider === undefined ? { ...options, provider: 'inngest' } : options)
}
