import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import type { JobProvider } from '../provider/job-provider.ts'
import { createClient } from './create-client.ts'
import type { ClientOptions } from './client-options.ts'
import type { JobClient } from './job-client.ts'

/** What the `createJobClient` of a package with one engine takes: that engine and its settings, or a ready provider. */
export type EngineClientOptions<Name extends string, Config> = Omit<ClientOptions, 'clock'> &
  ({ provider?: Name | undefined; config?: Config | undefined } | { provider: JobProvider; config?: undefined })

/** The engine of a package that has no other. */
export interface OnlyEngine<Name extends string, Config> {
  /** As users choose it. */
  readonly name: Name
  /** What it is called in a sentence, as `the local engine`. */
  readonly title: string
  /** Makes the provider, with the settings that the app gave. */
  create(config: Config | undefined): JobProvider
  /** As in `ClientEngine`. */
  readonly runsHere?: boolean
}

/**
 * A client on the only engine of a package, or on a ready provider.
 *
 * @throws {InvalidOptionError} for another engine's name, a wrong setting, or settings beside a ready provider.
 */
export function createEngineClient<Name extends string, Config>(
  { name, title, create, runsHere = false }: OnlyEngine<Name, Config>,
  options: EngineClientOptions<Name, Config>,
): JobClient {
  const { provider = name, config, ...rest } = options
  if (typeof provider === 'object') return createReadyClient(provider, config, rest)
  if (provider !== name) {
    throw new InvalidOptionError({
      option: 'provider',
      problem: `is \`${String(provider)}\`, and this package has ${title} alone`,
      remedy: 'Import from `@cgk-platform/jobs`, which has all of them, or from that provider of its own.',
    })
  }
  // Made at once rather than at the first send, so that a wrong setting is told where it is written.
  const engine = create(config)
  return createClient({ load: () => engine, runsHere }, rest)
}

/**
 * A client on a provider that is made already.
 *
 * @throws {InvalidOptionError} for a `config` beside it, which nobody would read.
 */
export function createReadyClient(provider: JobProvider, config: unknown, options: ClientOptions): JobClient {
  if (config !== undefined) {
    throw new InvalidOptionError({
      option: 'config',
      problem: 'is given beside a ready provider, which has its settings already',
      remedy: 'Give the settings where the provider is made, or name the provider.',
    })
  }
  return createClient({ load: () => provider }, options)
}
