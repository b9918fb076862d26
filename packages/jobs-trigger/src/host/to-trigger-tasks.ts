import { checkDefinitionSupport, claimCronJob, eventNames, eventOf } from '@cgk-platform/jobs-core/provider'
import type { AnyTask } from '@trigger.dev/sdk'

import { triggerCapabilities } from '../capabilities.ts'
import { findUnsupportedByTrigger } from '../provider-options.ts'
import { eventTaskId, taskIdProblem } from '../wire/task-id.ts'
import { createEventTask } from './event-task.ts'
import type { HostParts } from './host-parts.ts'
import { createJobTask } from './job-task.ts'
import { createTickTask } from './tick-task.ts'

const engine = { name: 'trigger.dev', capabilities: triggerCapabilities, findUnsupported: findUnsupportedByTrigger }

/** The tasks that run a host's jobs. @throws {JobsError} for jobs that Trigger.dev cannot run. */
export function toTriggerTasks(parts: HostParts): AnyTask[] {
  const definitions = parts.jobs.all()
  const cronJobs = parts.jobs.cronJobs()
  for (const definition of definitions) checkDefinitionSupport(engine, definition)
  // So that a local engine of the same process does not tick for them, too.
  for (const cronJob of cronJobs) claimCronJob(cronJob, parts)
  // Events that no job handles have a task, too: sends of them are jobs without runs, and do not wait for ever.
  const events = new Set([...eventNames().filter(isShortEnough), ...definitions.map(eventOf)])
  return [
    ...[...events].map((event) => {
      const handling = definitions.filter((definition) => eventOf(definition) === event)
      return createEventTask(event, handling, parts)
    }),
    ...definitions.map((definition) => createJobTask(definition, parts)),
    ...cronJobs.map((cronJob) => createTickTask(cronJob, parts)),
  ]
}

/** A longer one is refused when it is sent. */
function isShortEnough(event: string): boolean {
  return taskIdProblem(eventTaskId(event)) === undefined
}
