import type { Definition } from '@cgk-platform/jobs-core'
import { type TaskOptions, timeout } from '@trigger.dev/sdk'

import { triggerOptionsOf } from '../provider-options.ts'
import { dispatchAttempts } from '../send/to-run-request.ts'
import { jobTaskId } from '../wire/task-id.ts'

/** What a task is made with beside its id and what it runs. */
type SettledOptions = Omit<TaskOptions<string, unknown>, 'id' | 'run'>

/** What every task is made with: nothing ends a run but we, and no setting of the project applies. */
export const everyTask: SettledOptions = { maxDuration: timeout.None, ttl: 0 }

/** How the server tries again what makes runs, or whose process died. */
export const dispatchRetry: NonNullable<SettledOptions['retry']> = {
  maxAttempts: dispatchAttempts + 1,
  factor: 2,
  minTimeoutInMs: 1000,
  maxTimeoutInMs: 30_000,
  randomize: false,
}

/** The options of the task that makes a definition's runs. */
export function jobTaskOptions(definition: Definition): SettledOptions {
  return definitionOptions(definition, definition.retry.maxAttempts)
}

/** The options of an event's task that makes the attempts of the event's only definition itself, where it can. */
export function inlineTaskOptions(definition: Definition): SettledOptions {
  return definitionOptions(definition, Math.max(dispatchAttempts, definition.retry.maxAttempts))
}

function definitionOptions(definition: Definition, maxAttempts: number): SettledOptions {
  const { retry: outOfMemory, ...options } = triggerOptionsOf(definition)
  const limit = definition.concurrency?.limit ?? definition.concurrency?.perTenant
  return {
    ...everyTask,
    // One queue for both tasks of a definition, so that their runs are counted together.
    ...(limit !== undefined && { queue: { name: jobTaskId(definition.id), concurrencyLimit: limit } }),
    ...options,
    // One attempt more than ours: it ends the run properly where the process died in the last one.
    retry: { ...crashRetry(definition), maxAttempts: maxAttempts + 1, ...outOfMemory },
  }
}

/** By these the server tries again where the process died, which nobody in it can say anything about: near our curve. */
function crashRetry({ retry: { backoff, initialDelayMs, maxDelayMs, factor } }: Definition) {
  const [growth, longestMs] = {
    fixed: [1, initialDelayMs],
    linear: [1.5, maxDelayMs],
    exponential: [factor, maxDelayMs],
  }[backoff] as [number, number]
  return {
    factor: growth,
    minTimeoutInMs: Math.ceil(initialDelayMs),
    maxTimeoutInMs: Math.ceil(longestMs),
    randomize: false,
  }
}
