import { findEncodedKeys } from '../codec/check-keys.ts'
import type { JobCodec } from '../codec/job-codec.ts'
import { ValueCodec } from '../codec/value-codec.ts'
import { createClient } from '../client/create-client.ts'
import { internalsOf } from '../client/client-internals.ts'
import { sharedOptions } from '../client/client-options.ts'
import type { JobClient } from '../client/job-client.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import type { Instrumentation } from '../hooks/instrumentation.ts'
import type { Definition } from '../jobs/definition.ts'
import { createJobRegistry, type JobSet, processJobs, toJobRegistry } from '../jobs/job-registry.ts'
import { createDefaultLogger } from '../logging/default-logger.ts'
import { bindLogger, type LoggerLike } from '../logging/logger.ts'
import type { CheckedOptions, OptionTable } from '../options/declare-options.ts'
import { custom } from '../options/kinds.ts'
import type { JobProvider } from '../provider/job-provider.ts'
import type { AttemptMiddleware } from '../hooks/attempt-middleware.ts'
import type { EngineLimits } from '../engines/engine-limits.ts'
import type { JobHooks } from '../hooks/hooks.ts'
import type { AttemptHost, JobHost } from '../runs/job-host.ts'
import type { ReturnedErrors } from '../jobs/returned-errors.ts'
import type { Clock } from '../time/clock.ts'
import { systemClock } from '../time/system-clock.ts'

/** Options of every host on a hosted engine. */
export interface HostOptions {
  /**
   * The definitions to run, or the result of `createJobs`. Default: every definition that the process has when the host
   * is created.
   */
  jobs?: readonly Definition[] | JobSet | undefined
  /**
   * A logger such as pino or the console. Default: one that writes to the run's log, if the engine stores logs.
   * Otherwise readable lines on a terminal, and JSON elsewhere.
   */
  logger?: LoggerLike | undefined
  /** Called for every attempt. Default: none. */
  hooks?: JobHooks | undefined
  /** Wraps the code of every attempt; the first is the outermost. Default: none. */
  middleware?: readonly AttemptMiddleware[] | undefined
  /** Traces and metrics of attempts, such as `openTelemetry()` of `@cgk-platform/jobs-otel`. Default: none. */
  instrument?: Instrumentation | undefined
  /** The outputs that fail their attempt, for definitions without this option. Default: none. */
  returnedErrors?: ReturnedErrors | undefined
  /** Decodes payloads, and encodes outputs, results of steps and the texts of errors. Default: that of `jobClient`. */
  codec?: JobCodec | undefined
  /** The client that handlers send with. Default: a client on the same engine. */
  jobClient?: JobClient | undefined
}

/** The declarations of `HostOptions`, for `declareOptions`. */
export const hostOptions: OptionTable<HostOptions, CheckedOptions<HostOptions>> = {
  ...sharedOptions,
  jobClient: custom(),
}

/** Additional options for tests. */
export interface HostTestOptions {
  /** Default: the system clock. */
  clock?: Clock | undefined
  /** Returns a number from 0 up to 1, for jitter. Default `Math.random`. */
  random?: (() => number) | undefined
}

/** Settings of a host, from its engine. */
export interface HostSettings extends HostTestOptions {
  /** The consequence of having no definitions, as the end of a sentence. */
  readonly noJobsConsequence: string
  readonly limits: EngineLimits
  /** Returns the engine-specific error of a workflow's step. Default: none. */
  readonly findStepError?: JobHost['findStepError']
  /** Creates the default logger. Default: the default logger of jobs-core. */
  readonly createLogger?: () => LoggerLike
  /** Creates the provider of the host's own client. */
  readonly load: () => JobProvider
}

/** Returns the host of a hosted engine's attempts, with the definitions of now. Logs a warning if there are none. */
export function prepareHost(options: CheckedOptions<HostOptions>, setting: HostSettings): AttemptHost {
  const { instrument } = options
  const createOwnLogger = () => createDefaultLogger({ fields: () => instrument?.logFields?.() })
  const { noJobsConsequence, limits, findStepError, createLogger = createOwnLogger, load } = setting
  const { clock = systemClock, random } = setting
  const { logger = createLogger(), hooks, middleware, returnedErrors } = options
  if (internalsOf(options.jobClient)?.isRouter) {
    // A workflow could not wait for a job that it sends to another engine.
    const remedy = "Pass the router's client of this engine. `sendJob` in a handler then uses the router."
    throw new InvalidOptionError({ option: 'jobClient', problem: 'is a tenant router', remedy })
  }
  const present = options.jobs ? toJobRegistry(options.jobs) : processJobs()
  const definitions = present.all()
  if (definitions.length === 0) {
    const message = `No job is defined, ${noJobsConsequence}. Import the modules that define your jobs first.`
    // The engine's own logger writes to the log of a run, and none is running.
    bindLogger(options.logger ?? createDefaultLogger(), {}).warn(message)
  }
  const {
    jobClient: client = createClient(
      { load },
      { jobs: definitions, logger, hooks, instrument, codec: options.codec, clock },
    ),
  } = options
  // A snapshot: the engine does not learn of a job that is defined later.
  const jobs = createJobRegistry(present.events)
  for (const definition of definitions) jobs.register(definition)
  if (options.codec && options.jobClient && !internalsOf(options.jobClient)?.codec) {
    const remedy = 'Create it with the same `codec`, so that handlers send nothing readable.'
    throw new InvalidOptionError({ option: 'jobClient', problem: 'has no `codec`', remedy })
  }
  const codec = options.codec ? new ValueCodec(options.codec) : internalsOf(client)?.codec
  const [unseen] = codec ? definitions.flatMap((definition) => findEncodedKeys(definition, codec)) : []
  if (unseen) throw unseen
  const own = { jobs, client, logger, hooks, middleware, instrument, returnedErrors, limits, findStepError }
  return { ...own, ...(codec && { codec }), clock, random }
}
