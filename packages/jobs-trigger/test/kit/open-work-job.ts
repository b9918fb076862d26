import { defineJob, type Definition } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'

import { envelopeOf } from './envelope-of.ts'
import { openTasks, type OpenTasks, type TasksOptions } from './open-tasks.ts'

/** The id of the job's own task. */
export const workTaskId = 'job-work'

/** The payload of the job's own task, for the job `run_0`. */
export const workPayload = { envelope: envelopeOf(), jobId: 'run_0' }

/** Options of the job. */
export type WorkJobOptions = Partial<Parameters<typeof defineJob<'work.asked', unknown>>[0]>

/** Opens the tasks of a job for `work.asked`, with three attempts that are ten seconds apart. */
export function openWorkJob(options: WorkJobOptions = {}, tasksOptions?: TasksOptions): Promise<OpenTasks> {
  const retry = { maxAttempts: 3, initialDelay: '10s', backoff: 'fixed' } as const
  const definition = defineJob({ id: 'work', event: 'work.asked', handler: () => undefined, retry, ...options })
  return openTasks([definition as unknown as Definition], tasksOptions)
}

/** An error with its own name and code. */
export class OrderMissingError extends TypeError {
  override readonly name: string = 'OrderMissingError'
  readonly code = 'order_missing'
}
