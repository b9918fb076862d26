import {
  declareOptions,
  type HostTestOptions,
  type HostOptions,
  hostOptions,
  systemClock,
  prepareHost,
  toJobRegistry,
} from '@cgk-platform/jobs-core/provider'
import type { AnyTask } from '@trigger.dev/sdk'

import { createTriggerApi } from '../api/trigger-api.ts'
import { createJobReader } from '../read/job-reader.ts'
import { toConnection } from '../trigger-config.ts'
import { createTriggerProvider } from '../trigger-provider.ts'
import { triggerLimits } from './host-parts.ts'
import { checkRegistered } from './registered.ts'
import { toTriggerTasks } from './to-trigger-tasks.ts'
import { toWorkerClock } from './worker-clock.ts'
import { createWorkerLogger } from './worker-logger.ts'

/** What hosts jobs on Trigger.dev. */
export interface TriggerHostOptions extends HostOptions {}

/** What tests set besides. */
export interface TriggerHostInternals extends HostTestOptions {}

const declared = declareOptions<TriggerHostOptions>('`createTriggerTasks`', hostOptions)

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
  const clock = toWorkerClock(internals.clock ?? systemClock)
  const { definitions, dependencies } = prepareHost(declared.read(options), {
    ...internals,
    clock,
    noJobsConsequence: 'so Trigger.dev runs none',
    limits: triggerLimits,
    createLogger: createWorkerLogger,
    load: () => createTriggerProvider({}, { clock }),
  })
  // Those of now: one that is defined later has no task.
  const jobs = toJobRegistry(definitions)
  const api = createTriggerApi(toConnection(), clock)
  const reader = createJobReader({ api, clock, jobs: () => jobs })
  const tasks = toTriggerTasks({ ...dependencies, jobs, api, reader })
  checkRegistered(tasks.map(({ id }) => id))
  return tasks
}
