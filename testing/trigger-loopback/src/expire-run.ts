import type { Engine } from './engine.ts'
import { finishRun } from './finish-run.ts'
import type { Run } from './run.ts'
import { addSnapshot } from './snapshots.ts'

/** Expires a run that no worker took within its TTL. Does not expire a run that waits for its next attempt. */
export function expireRun(engine: Engine, run: Run): void {
  if (run.status !== 'PENDING' || run.startedAt) return
  run.status = 'EXPIRED'
  run.error = { type: 'STRING_ERROR', raw: `Run expired because the TTL (${run.ttl}) was reached` }
  run.completedAt = engine.now()
  run.expiredAt = engine.now()
  addSnapshot(engine, run, 'FINISHED', 'Run was expired because the TTL was reached')
  finishRun(engine, run)
}
