import { createClient } from '../client/create-client.ts'
import type { JobClient } from '../client/job-client.ts'
import type { Definition } from '../jobs/definition.ts'
import { ambientJobs, toJobRegistry } from '../jobs/job-registry.ts'
import { createDefaultLogger } from '../logging/default-logger.ts'
import { bindLogger, type LoggerLike, loggerOption } from '../logging/logger.ts'
import type { CheckedOptions, OptionTable } from '../options/declare-options.ts'
import { custom } from '../options/kinds.ts'
import type { JobProvider } from '../provider/job-provider.ts'
import { type AttemptMiddleware, middlewareOption } from '../runs/attempt-middleware.ts'
import type { AttemptOptions } from '../runs/attempt.ts'
import type { EngineLimits } from '../runs/failure-outcome.ts'
import { type JobHooks, hooksOption } from '../runs/hooks.ts'
import type { Clock } from '../time/clock.ts'
import { systemClock } from '../time/system-clock.ts'

/** The options of every host on a hosted engine. */
export interface HostOptions {
  /** The jobs to run. Default: those that registered themselves by being defined so far. */
  jobs?: readonly Definition[] | undefined
  /**
   * pino, the console, or anything like them. Default: the log of each run where the engine keeps one, and else readable
   * lines on a terminal, JSON elsewhere.
   */
  logger?: LoggerLike | undefined
  /** Told of every attempt. Default: none. */
  hooks?: JobHooks | undefined
  /** Wraps the code of every attempt; the first is the outermost. Default: none. */
  middleware?: readonly AttemptMiddleware[] | undefined
  /** The client that the handlers' own sends go through. Default: a client on the same engine. */
  jobClient?: JobClient | undefined
}

/** The declarations of these options, for `declareOptions`. */
export const hostOptions: OptionTable<HostOptions, CheckedOptions<HostOptions>> = {
  jobs: custom(),
  logger: loggerOption,
  hooks: hooksOption,
  middleware: middlewareOption,
  jobClient: custom(),
}

/** Options that tests set besides. */
export interface HostTestOptions {
  /** Default: the machine's clock. */
  clock?: Clock | undefined
  /** From 0 up to 1, for jitter. Default `Math.random`. */
  random?: (() => number) | undefined
}

/** The part of the options of an attempt that is the same for all attempts of a host. */
export interface AttemptDependencies extends Pick<AttemptOptions, 'hooks' | 'middleware'> {
  readonly clock: Clock
  readonly logger: LoggerLike
  /** The client that handlers send with. */
  readonly client: JobClient
  readonly random: () => number
  readonly limits: EngineLimits
}

/** What a host is made for. */
export interface HostSettings extends HostTestOptions {
  /** What comes of a host without jobs, as the end of a sentence. */
  readonly noJobsConsequence: string
  readonly limits: EngineLimits
  /** Default: the default logger of core. */
  readonly createLogger?: () => LoggerLike
  /** Makes the provider of the host's own client. */
  readonly load: () => JobProvider
}

/** The definitions of a host, and the tools of its attempts, by its checked options. Warns where there is no job. */
export function prepareHost(
  options: CheckedOptions<HostOptions>,
  setting: HostSettings,
): { readonly definitions: readonly Definition[]; readonly dependencies: AttemptDependencies } {
  const { noJobsConsequence, limits, createLogger = createDefaultLogger, load } = setting
  const { clock = systemClock, random = Math.random } = setting
  const { logger = createLogger(), hooks, middleware } = options
  const definitions = (options.jobs ? toJobRegistry(options.jobs) : ambientJobs()).all()
  if (definitions.length === 0) {
    const message = `No job is defined, ${noJobsConsequence}. Import the modules that define jobs before.`
    // No run is under way whose log it could be written to.
    bindLogger(options.logger ?? createDefaultLogger(), {}).warn(message)
  }
  const { jobClient: client = createClient({ load }, { jobs: definitions, logger, hooks, clock }) } = options
  return { definitions, dependencies: { clock, logger, hooks, middleware, client, random, limits } }
}
