import {
  calculateNextRetryDelay,
  isOOMRunError,
  sanitizeError,
  shouldLookupRetrySettings,
  shouldRetryError,
  type TaskRunError,
  taskRunErrorEnhancer,
  type TaskRunExecutionRetry,
} from '@trigger.dev/core/v3'
import type { Run } from './run.ts'

/** The decision about a run whose attempt failed. */
export type RetryOutcome =
  | { readonly kind: 'cancel'; readonly reason: string | undefined }
  | { readonly kind: 'fail'; readonly error: TaskRunError }
  | { readonly kind: 'retry'; readonly by: 'queue' | 'worker'; readonly delayMs: number; readonly machine?: string }

/** Decides as the server does: by the worker's retry request, or after a crash by the task's settings. */
export function retryOutcome(
  run: Run,
  error: TaskRunError,
  requested: TaskRunExecutionRetry | undefined,
): RetryOutcome {
  if (error.type === 'INTERNAL_ERROR' && error.code === 'TASK_RUN_CANCELLED') {
    return { kind: 'cancel', reason: error.message }
  }
  const fail: RetryOutcome = { kind: 'fail', error: sanitizeError(error) }
  const attempt = run.attemptNumber ?? 1
  if (isOOMRunError(error)) {
    const machine = run.lockedRetryConfig?.outOfMemory?.machine
    const delayMs = machine && machine !== run.machine && calculateNextRetryDelay(run.lockedRetryConfig!, attempt)
    return delayMs ? { kind: 'retry', by: 'queue', delayMs, machine } : fail
  }
  const enhanced = taskRunErrorEnhancer(error)
  if (!shouldRetryError(enhanced) || !run.maxAttempts || attempt >= run.maxAttempts) return fail
  if (requested) return { kind: 'retry', by: 'worker', delayMs: requested.delay }
  if (!shouldLookupRetrySettings(enhanced) || !run.lockedRetryConfig) return fail
  const delayMs = calculateNextRetryDelay(run.lockedRetryConfig, attempt)
  return delayMs ? { kind: 'retry', by: 'queue', delayMs } : fail
}
