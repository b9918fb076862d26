import {
  type AttemptMiddleware,
  createDefaultLogger,
  type Definition,
  type JobClient,
  type JobHooks,
  type LoggerLike,
} from '@cgk-platform/jobs-core'
import {
  ambientJobs,
  bindLogger,
  type Clock,
  createClient,
  declareOptions,
  hooksOption,
  loggerOption,
  middlewareOption,
  systemClock,
  toJobRegistry,
  value,
} from '@cgk-platform/jobs-core/provider'
import type { AnyTask } from '@trigger.dev/sdk'

import { createTriggerApi } from '../api/trigger-api.ts'
import { createJobReader } from '../read/job-reader.ts'
import { toConnection } from '../trigger-config.ts'
import { createTriggerProvider } from '../trigger-provider.ts'
import { checkRegistered } from './registered.ts'
import { toTriggerTasks } from './to-trigger-tasks.ts'
import { toWorkerClock } from './worker-clock.ts'
import { createWorkerLogger } from './worker-logger.ts'

/** What hosts jobs on Trigger.dev. */
export interface TriggerHostOptions {
  /** The jobs to run. Default: those that registered themselves by being defined so far. */
  jobs?: readonly Definition[] | undefined
  /** pino, the console, or anything like them. Default: the log of each run in Trigger.dev's dashboard. */
  logger?: LoggerLike | undefined
  /** Told of every attempt. Default: none. */
  hooks?: JobHooks | undefined
  /** Wraps the code of every attempt; the first is the outermost. Default: none. */
  middleware?: readonly AttemptMiddleware[] | undefined
  /** What the handlers' own sends go through. Default: a client on the same environment of Trigger.dev. */
  jobClient?: JobClient | undefined
}

/** What tests set besides. */
export interface TriggerHostInternals {
  /** Default: the machine's clock. */
  clock?: Clock | undefined
  /** From 0 up to 1, for jitter. Default `Math.random`. */
  random?: (() => number) | undefined
}

const hostOptions = declareOptions<TriggerHostOptions>('`createTriggerTasks`', {
  jobs: value(),
  logger: loggerOption,
  hooks: hooksOption,
  middleware: middlewareOption,
  jobClient: value(),
})

/**
 * Makes the jobs tasks of Trigger.dev. Call it once in a project, at the top level of a file in one of the `dirs` of
 * `trigger.config.ts`, after the modules that define jobs were imported. Each event has a task, which its senders
 * trigger, and each job one; a cron job has one more, which its ticks call.
 *
 * @throws {InvalidOptionError} for an option that cannot be used, and where the SDK takes no notice of tasks.
 * @throws {UnsupportedFeatureError} for a definition that asks for what Trigger.dev cannot do.
 */
export function createTriggerTasks(
  options?: TriggerHostOptions,
  internals: TriggerHostInternals = {},
): readonly AnyTask[] {
  const checked = hostOptions.read(options)
  const { logger = createWorkerLogger(), hooks, middleware } = checked
  const { random = Math.random } = internals
  const clock = toWorkerClock(internals.clock ?? systemClock)
  const definitions = (checked.jobs ? toJobRegistry(checked.jobs) : ambientJobs()).all()
  if (definitions.length === 0) {
    const message = 'No job is defined, so Trigger.dev runs none. Import the modules that define jobs before.'
    // No run is under way, whose log it could be written to.
    bindLogger(checked.logger ?? createDefaultLogger(), {}).warn(message)
  }
  // Those of now: one that is defined later has no task.
  const jobs = toJobRegistry(definitions)
  const own = (): JobClient =>
    createClient({ load: () => createTriggerProvider({}, { clock }) }, { jobs: definitions, logger, hooks, clock })
  const { jobClient = own() } = checked
  const api = createTriggerApi(toConnection(), clock)
  const reader = createJobReader({ api, clock, jobs: () => jobs })
  const tasks = toTriggerTasks({ jobs, api, reader, clock, logger, hooks, middleware, jobClient, random })
  checkRegistered(tasks.map(({ id }) => id))
  return tasks
}
