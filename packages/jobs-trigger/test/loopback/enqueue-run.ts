import { afterDuration } from './durations.ts'
import type { Engine } from './engine.ts'
import { expireRun } from './expire-run.ts'
import type { Run } from './run.ts'
import { addSnapshot, latestSnapshot } from './snapshots.ts'

/** Puts a run into its queue for the first time; from now on its time to live counts. */
export function enqueueRun(engine: Engine, run: Run): void {
  run.status = 'PENDING'
  addSnapshot(engine, run, 'QUEUED', 'Run was QUEUED')
  const expiresAt = run.ttl === undefined ? undefined : afterDuration(engine, run.ttl)
  if (expiresAt) engine.timers.set(`expire:${run.friendlyId}`, expiresAt, () => expireRun(engine, run))
  engine.queue.add(run)
}

/** Puts a delayed run into its queue once its time has come. */
export function enqueueWhenDue(engine: Engine, run: Run): void {
  engine.timers.set(`delay:${run.friendlyId}`, run.delayUntil!, () => {
    if (latestSnapshot(run).executionStatus === 'DELAYED') enqueueRun(engine, run)
  })
}
