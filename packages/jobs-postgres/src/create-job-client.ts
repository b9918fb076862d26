import {
  createJobClient as createClientOnAnyEngine,
  type JobClient,
  type JobClientOptions,
} from '@cgk-platform/jobs-core'

/**
 * Creates a client on PostgreSQL. Ignores `JOB_PROVIDER` and other registered engines. To use another engine, name it in
 * `provider` or pass a provider object.
 *
 * @throws {InvalidOptionError} for an invalid option, or a `config` together with a provider object.
 */
export function createJobClient(options: JobClientOptions = {}): JobClient {
  return createClientOnAnyEngine(options.provider === undefined ? { ...options, provider: 'postgres' } : options)
}
