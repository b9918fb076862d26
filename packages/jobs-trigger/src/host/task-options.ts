import type { Definition } from '@cgk-platform/jobs-core'
import { type TaskOptions, timeout } from '@trigger.dev/sdk'

import { triggerOptionsOf } from '../provider-options.ts'
import { jobTaskId } from '../wire/task-id.ts'

/** What a task is made with beside its id and what it runs. */
type SettledOptions = Omit<TaskOptions<string, unknown>, 'id' | 'run'>

/** What every task is made with: nothing ends a run but we, and no setting of the project applies. */
export const everyTask: SettledOptions = { maxDuration: timeout.None, ttl: 0 }

/**
 * As many as the server makes of any run. It goes by this number after a process died, also where a run was triggered
 * with another; so the host counts, and ends every run by its own word.
 */
export const serverAttempts = 250

/** How the server tries again where the process died that made the runs of definitions. */
export const dispatchRetry: NonNullable<SettledOptions['retry']> = {
  maxAttempts: serverAttempts,
  factor: 2,
  minTimeoutInMs: 1000,
  maxTimeoutInMs: 30_000,
  randomize: false,
}

/** The options of a task that makes a definition's attempts: its own, or that of an event which it alone handles. */
export function definitionTaskOptions(definition: Definition): SettledOptions {
  const { retry: outOfMemory, ...options } = triggerOptionsOf(definition)
  const limit = definition.concurrency?.limit ?? definition.concurrency?.perTenant
  return {
    ...everyTask,
    // One queue for both tasks of a definition, so that their runs are counted together.
    ...(limit !== undefined && { queue: { name: jobTaskId(definition.id), concurrencyLimit: limit } }),
    ...options,
    retry: { ...crashRetry(definition), maxAttempts: serverAttempts, ...outOfMemory },
  }
}

/** By these the server tries again where the process died, which nobody in it can say anything about: never earlier. */
function crashRetry({ retry: { backoff, initialDelayMs, maxDelayMs, factor } }: Definition) {
  const [growth, longestMs] = {
    fixed: [1, initialDelayMs],
    linear: [2, maxDelayMs], // the least of its curves that is nowhere below ours
    exponential: [factor, maxDelayMs],
  }[backoff] as [number, number]
  return {
    factor: growth,
    // No delay at all it takes for no retry.
    minTimeoutInMs: Math.max(1, Math.ceil(initialDelayMs)),
    maxTimeoutInMs: Math.max(1, Math.ceil(longestMs)),
    randomize: false,
  }
}
