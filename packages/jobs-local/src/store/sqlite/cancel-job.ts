import { isEnded } from '@cgk-platform/jobs-core'

import { isCompensatedOnCancel } from '../../rules/is-compensated-on-cancel.ts'
import type { StoredJob, StoredRun } from '../../records/stored-run.ts'
import type { Connection } from './file/connection.ts'
import { endJob } from './tables/jobs-table.ts'
import { removeUnclaimed } from './tables/unclaimed-jobs.ts'
import { keyOf, seqOf } from './tables/rows.ts'
import { beginCompensation, cancelRun, forgetFailures } from './tables/runs-table.ts'
import { leaveBatch } from './claims/batch-lane.ts'
import type { WaitsTable } from './tables/waits-table.ts'

/** Cancels all open runs of a job. Returns those that are running, in any process. */
export function cancelJob(connection: Connection, job: StoredJob, waits: WaitsTable, now: number): StoredRun[] {
  const running: StoredRun[] = []
  for (const run of job.runs.filter(({ state }) => !isEnded(state))) {
    const key = keyOf(run)
    cancelRun(connection, key, isCompensatedOnCancel(run), now)
    if (run.gather) leaveBatch(connection, run)
    waits.removeAll(key)
    if (run.state === 'running' && key.worker !== 0) running.push(run)
    else beginCompensation(connection, key, now)
  }
  // A cancelled job is not retried, so its other runs that have failed do not count.
  forgetFailures(connection, seqOf(job))
  if (job.runs.length === 0) {
    removeUnclaimed(connection, seqOf(job))
    endJob(connection, seqOf(job), 'cancelled', now)
  }
  waits.resolveJobWaits(job.envelope.id, now)
  return running
}
