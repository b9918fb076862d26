import { checkDefinitionSupport, signalEvents } from '@cgk-platform/jobs-core/hosted'
import { claimCronJob, eventsOf } from '@cgk-platform/jobs-core/provider'
import type { AnyTask } from '@trigger.dev/sdk'

import { triggerCapabilities } from '../capabilities.ts'
import { findUnsupportedByTrigger } from '../provider-options.ts'
import { eventTaskId, taskIdProblem } from '../wire/task-id.ts'
import { createEventTask } from './event-task.ts'
import type { HostDependencies } from './host-dependencies.ts'
import { createJobTask } from './job-task.ts'
import { createTickTask } from './tick-task.ts'

const engine = { name: 'trigger.dev', capabilities: triggerCapabilities, findUnsupported: findUnsupportedByTrigger }

/** Creates the tasks that run a host's jobs. @throws {JobsError} for jobs that Trigger.dev cannot run. */
export function toTriggerTasks(dependencies: HostDependencies): AnyTask[] {
  const definitions = dependencies.jobs.all()
  const cronJobs = dependencies.jobs.cronJobs()
  checkDefinitionSupport(engine, definitions)
  // Otherwise a local engine in the same process would also tick for them.
  for (const cronJob of cronJobs) claimCronJob(cronJob, dependencies)
  // Events that no job handles also have a task. Their sends become jobs without runs instead of waiting forever.
  const { events: declared } = dependencies.jobs
  const known = [...declared.names(), ...signalEvents(declared)].filter(isShortEnough)
  const events = new Set([...known, ...definitions.flatMap(eventsOf)])
  return [
    ...[...events].map((event) => {
      const handling = definitions.filter((definition) => eventsOf(definition).includes(event))
      return createEventTask(event, handling, dependencies)
    }),
    ...definitions.map((definition) => createJobTask(definition, dependencies)),
    ...cronJobs.map((cronJob) => createTickTask(cronJob, dependencies)),
  ]
}

/** Returns true if the event's name makes a valid task id. A send of a longer one is rejected. */
function isShortEnough(event: string): boolean {
  return taskIdProblem(eventTaskId(event)) === undefined
}
