import { environment } from '../runtime/environment.ts'
import { createDefaultLogger } from '../logging/default-logger.ts'
import { bindLogger } from '../logging/logger.ts'
import { warnOnce } from '../logging/warn-once.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import type { ProviderChoice } from '../provider/provider-choice.ts'
import { chooseEngine, requireEngine } from '../provider/choose-engine.ts'
import { type Engine, engines } from '../provider/engine-registry.ts'
import { findUnreadVariables } from '../provider/find-unread-variables.ts'
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
  const client = createClient(
    { load: async () => created ?? (await loadEngine(engine))(config), runsInProcess: engine.runsInProcess },
    rest,
  )
  for (const { name, meant } of findUnreadVariables(engines(), environment())) {
    warn(rest, `\`${name}\` is set but not read. If it is for this library, set \`${meant}\` instead.`)
  }
  return client
}

/** Returns the engine that the environment chooses. Logs a warning about it. */
function engineOfEnvironment(options: ClientOptions): Engine {
  const { engine, warning } = chooseEngine(engines())
  if (warning) warn(options, `${warning.message}. ${warning.remedy}`)
  return engine
}

function warn({ logger = createDefaultLogger() }: ClientOptions, warning: string): void {
  warnOnce(bindLogger(logger, {}), warning)
}
