import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import type { ProviderChoice } from '../provider/provider-choice.ts'
import { chooseEngine, engineNamed } from '../provider/choose-engine.ts'
import { engines } from '../provider/engine-registry.ts'
import type { JobProvider } from '../provider/job-provider.ts'
import { loadEngine } from '../provider/load-engine.ts'
import type { ClientOptions } from './client-options.ts'
import { createClient } from './create-client.ts'
import type { JobClient } from './job-client.ts'

/** The options of `createJobClient`. */
export type JobClientOptions = Omit<ClientOptions, 'clock'> & ProviderChoice

/**
 * Creates a client on the engine of your choice. An engine that is not yet loaded is loaded when the client is first
 * used, so an app on one engine never evaluates another engine's SDK.
 *
 * @throws {ProviderNotChosenError} for an unknown name, or if neither the options nor the environment choose.
 * @throws {InvalidOptionError} for a wrong option, or a `config` beside a ready provider.
 */
export function createJobClient(options: JobClientOptions = {}): JobClient {
  const { provider, config, ...rest }: ClientOptions & { provider?: unknown; config?: object | undefined } = options
  if (typeof provider === 'object') {
    if (config === undefined) return createClient({ load: () => provider as JobProvider }, rest)
    throw new InvalidOptionError({
      option: 'config',
      problem: 'is given beside a ready provider, which has its settings already',
      remedy: 'Give the settings where the provider is made, or name the provider.',
    })
  }
  const engine =
    provider === undefined ? chooseEngine(engines()).engine : engineNamed(engines(), provider, '`provider`')
  const made = engine.create?.(config)
  return createClient(
    { load: async () => made ?? (await loadEngine(engine))(config), runsInProcess: engine.runsInProcess },
    rest,
  )
}
