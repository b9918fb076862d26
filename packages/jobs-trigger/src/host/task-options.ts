import type { Definition } from '@cgk-platform/jobs-core'
import { type TaskOptions, timeout } from '@trigger.dev/sdk'

import { triggerOptionsOf } from '../provider-options.ts'
import { ownQueueOf } from '../read/definition-queues.ts'

/** Options of a task, without its id and its `run` function. */
type BaseTaskOptions = Omit<TaskOptions<string, unknown>, 'id' | 'run'>

/** Options of every task. They override the project's settings: only this library ends a run. */
export const baseTaskOptions: BaseTaskOptions = { maxDuration: timeout.None, ttl: 0 }

/**
 * Maximum number of attempts that the server makes. After a process died, the server goes by this number, even if the
 * run was triggered with another one. So the host counts attempts itself and ends every run explicitly.
 */
export const serverMaxAttempts = 250

/** The server's retry settings if the process dies while it starts the runs of definitions. */
export const dispatchRetry: NonNullable<BaseTaskOptions['retry']> = {
  maxAttempts: serverMaxAttempts,
  factor: 2,
  minTimeoutInMs: 1000,
  maxTimeoutInMs: 30_000,
  randomize: false,
}

/** The queue of all jobs that workflows run and whose runs wait in others, so that an environment has fewer queues. */
export const stepJobQueue = 'jobs-of-steps'

/** Returns the queue of a definition's own task, with its limit. */
export function ownQueueOptions({ id, concurrency = {} }: Definition): NonNullable<BaseTaskOptions['queue']> {
  const concurrencyLimit = concurrency.limit ?? concurrency.perTenant ?? concurrency.perKey
  return { name: ownQueueOf(id).name, ...(concurrencyLimit !== undefined && { concurrencyLimit }) }
}

/** Returns the options of a task that makes a definition's attempts: its own task, or its event's task. */
export function definitionTaskOptions(definition: Definition): BaseTaskOptions {
  const { retry: outOfMemory, ...options } = triggerOptionsOf(definition)
  return {
    ...baseTaskOptions,
    ...options,
    retry: { ...crashRetry(definition), maxAttempts: serverMaxAttempts, ...outOfMemory },
  }
}

/**
 * Returns the server's retry settings if the process dies. Its delays are never shorter than those of the policy. It
 * cannot call a `backoff` function, so it uses the default curve.
 */
function crashRetry({ retry: { backoff, initialDelayMs, maxDelayMs, factor } }: Definition) {
  const curve = typeof backoff === 'function' ? 'exponential' : backoff
  const [growth, maxDelay] = {
    fixed: [1, initialDelayMs],
    linear: [2, maxDelayMs], // the lowest curve of the server that is never below a linear one
    exponential: [factor, maxDelayMs],
  }[curve] as [number, number]
  return {
    factor: growth,
    // The server takes a delay of zero for no retry.
    minTimeoutInMs: Math.max(1, Math.ceil(initialDelayMs)),
    maxTimeoutInMs: Math.max(1, Math.ceil(maxDelay)),
    randomize: false,
  }
}
