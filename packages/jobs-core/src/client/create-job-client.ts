import { createDefaultLogger } from '../logging/default-logger.ts'
import { bindLogger } from '../logging/logger.ts'
import { processState } from '../process-state.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import type { ProviderChoice } from '../provider/provider-choice.ts'
import { chooseEngine, requireEngine } from '../provider/choose-engine.ts'
import { type Engine, engines } from '../provider/engine-registry.ts'
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
 * @throws {ProviderNotChosenError} for an unknown engine name, or if neither the options nor the environment choose an engine.
 * @throws {InvalidOptionError} for an invalid option, or a `config` together with a provider object.
 */
export function createJobClient(options: JobClientOptions = {}): JobClient {
  const { provider, config, ...rest }: ClientOptions & { provider?: unknown; config?: object | undefined } = options
  if (typeof provider === 'object') {
    if (config === undefined) return createClient({ load: () => provider as JobProvider }, rest)
    throw new InvalidOptionError({
      option: 'config',
      problem: 'cannot be combined with a provider object',
      remedy: 'Configure the provider when you create it, or pass its name as `provider`.',
    })
  }
  const engine = provider === undefined ? engineOfEnvironment(rest) : requireEngine(engines(), provider, '`provider`')
  const created = engine.create?.(config)
  return createClient(
    { load: async () => created ?? (await loadEngine(engine))(config), runsInProcess: engine.runsInProcess },
    rest,
  )
}

/** Returns the engine that the environment chooses. Logs each warning about it once in this process. */
function engineOfEnvironment({ logger = createDefaultLogger() }: ClientOptions): Engine {
  const { engine, warning } = chooseEngine(engines())
  const logged = processState('engineWarnings', () => new Set<string>())
  if (warning && !logged.has(warning.message)) {
    logged.add(warning.message)
    bindLogger(logger, {}).warn(`${warning.message}. ${warning.remedy}`)
  }
  return engine
}
