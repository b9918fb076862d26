import { type HostTestOptions, type HostOptions, hostOptions, prepareHost } from '@cgk-platform/jobs-core/hosted'
import { declareOptions, systemClock } from '@cgk-platform/jobs-core/provider'
import type { AnyTask } from '@trigger.dev/sdk'

import { createTriggerApi } from '../api/trigger-api.ts'
import { createJobReader } from '../read/job-reader.ts'
import { toConnection } from '../trigger-config.ts'
import { createTriggerProvider } from '../trigger-provider.ts'
import { createQuietEvents } from '../workflows/quiet-events.ts'
import { triggerLimits } from './host-dependencies.ts'
import { checkRegistered } from './check-registered.ts'
import { toTriggerTasks } from './to-trigger-tasks.ts'
import { toWorkerClock } from './worker-clock.ts'
import { createWorkerLogger } from './worker-logger.ts'

/** Options of `createTriggerTasks`. */
export interface TriggerHostOptions extends HostOptions {}

/** Settings for tests. */
export interface TriggerHostInternals extends HostTestOptions {}

const declared = declareOptions<TriggerHostOptions>('`createTriggerTasks`', hostOptions)

/**
 * Creates Trigger.dev tasks that run your jobs. Call it once in a project, at the top level of a file in one of the
 * `dirs` of `trigger.config.ts`, after importing the modules that define jobs. Each event gets a task, which senders
 * trigger, and each job gets one for its runs and one for `step.runJob`. A cron job gets one which its ticks call.
 *
 * @throws {InvalidOptionError} for an invalid option, or if it is called where the SDK does not register tasks.
 * @throws {UnsupportedFeatureError} for a definition with a feature that Trigger.dev does not support.
 */
export function createTriggerTasks(
  options?: TriggerHostOptions,
  internals: TriggerHostInternals = {},
): readonly AnyTask[] {
  const clock = toWorkerClock(internals.clock ?? systemClock)
  const host = prepareHost(declared.read(options), {
    ...internals,
    clock,
    noJobsConsequence: 'so Trigger.dev runs none',
    limits: triggerLimits,
    createLogger: createWorkerLogger,
    load: () => createTriggerProvider({}, { clock }),
  })
  const api = createTriggerApi(toConnection(), clock)
  const reader = createJobReader({ api, clock, jobs: () => host.jobs })
  const tasks = toTriggerTasks({ ...host, api, reader, quietEvents: createQuietEvents(clock) })
  checkRegistered(tasks.map(({ id }) => id))
  return tasks
}
