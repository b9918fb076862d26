import type { Outcome } from '@cgk-platform/jobs-core/provider'

import type { StoredRun } from '../../records/stored-run.ts'
import { maxStoredAttempts } from '../../records/max-stored-attempts.ts'
import { memoryWorker } from './memory-worker.ts'

/** Records an attempt that is followed by another one. */
export function recordAttempt(
  run: StoredRun,
  { error, afterMs }: Extract<Outcome, { readonly type: 'retry' }>,
  now: number,
): void {
  const startedAt = run.attemptStartedAt ?? run.startedAt
  run.history ??= []
  run.history.push({
    number: run.attempts,
    ...(startedAt !== undefined && { startedAt }),
    endedAt: now,
    nextDueAt: now + afterMs,
    error,
    worker: memoryWorker,
  })
  if (run.history.length > maxStoredAttempts) run.history.shift()
}
