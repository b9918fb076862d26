import { retryWorkflowRecord, newestRuns } from '@cgk-platform/jobs-core/provider'

import { type StoredJob, runIdOf } from '../../records/stored-run.ts'
import { toStoredRecord } from '../../records/stored-steps.ts'
import { rankFrom } from '../../rules/rank-of.ts'
import type { Connection } from './file/connection.ts'
import { keyOf, numberOf, runAt, seqOf } from './tables/rows.ts'
import { addRun, readKeys } from './tables/runs-table.ts'
import { writeSteps } from './tables/steps-table.ts'

/** Adds a run for each definition whose newest run failed. A workflow continues from the record of its failed run. */
export function retryJob(connection: Connection, job: StoredJob, now: number): void {
  const { id, tenantId } = job.envelope
  let number = job.runs.length
  for (const run of newestRuns(job.runs)) {
    if (run.state !== 'failed') continue
    const { definitionId, maxAttempts, priority = 0, compensateOnCancel = false, workflow: failed } = run
    const key = runAt(seqOf(job), ++number)
    const { run: failedKey } = keyOf(run)
    const record = failed && retryWorkflowRecord(failed, runIdOf(id, number))
    addRun(connection, {
      run: key,
      tenantId,
      rank: rankFrom(now, priority),
      priority,
      definitionId,
      maxAttempts,
      compensateOnCancel,
      ...readKeys(connection, failedKey),
      retryOf: numberOf(failedKey),
      retriedAt: now,
      ...(run.gather && { gatherUntil: now }),
      ...(record && { workflow: toStoredRecord(record) }),
    })
    connection.run('UPDATE cgk_runs SET error_group = NULL WHERE run = ?', failedKey)
    if (record) writeSteps(connection, key, record.steps)
  }
}
