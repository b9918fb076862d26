import { afterDuration } from './durations.ts'
import type { Engine } from './engine.ts'
import { expireRun } from './expire-run.ts'
import type { Run } from './run.ts'
import { addSnapshot, latestSnapshot } from './snapshots.ts'

/** Adds a run to its queue for the first time, and starts its TTL. */
export function enqueueRun(engine: Engine, run: Run): void {
  run.status = 'PENDING'
  addSnapshot(engine, run, 'QUEUED', 'Run was QUEUED')
  const expiresAt = run.ttl === undefined ? undefined : afterDuration(engine, run.ttl)
  if (expiresAt) engine.timers.set(`expire:${run.friendlyId}`, expiresAt, () => expireRun(engine, run))
  engine.queue.add(run)
}

/** Adds a delayed run to its queue when it is due. */
export function enqueueWhenDue(engine: Engine, run: Run): void {
  engine.timers.set(`delay:${run.friendlyId}`, run.delayUntil!, () => {
    if (latestSnapshot(run).executionStatus === 'DELAYED') enqueueRun(engine, run)
  })
}
