import { pause } from '@cgk-platform/jobs-core/provider'

import type { EngineRun } from '../api/engine-shapes.ts'
import { completedRecordOf } from '../read/current-runs.ts'
import type { CompletedRecord, Restart } from '../wire/attempt-record.ts'
import { timeOfId } from '../wire/event-id.ts'
import type { HostDependencies } from './host-dependencies.ts'
import { promptMs, type RetryingRun } from './steps/retried-run.ts'

/** Time by which the clocks of Inngest's servers may differ. */
const marginMs = 200

/**
 * Starts the run that continues a restarted one: Inngest reruns the job's event. After a crash, a second call finds the
 * run that the first one has started; if it is not visible yet, it ends as a duplicate.
 */
export async function restartRun(
  run: RetryingRun,
  restart: Restart,
  { api, clock }: Pick<HostDependencies, 'api' | 'clock'>,
): Promise<NonNullable<CompletedRecord['restart']>> {
  const { jobId, runId, receivedAt } = run
  const query = { includeOutput: 'true', limit: 40 }
  const runs = await api.list<EngineRun>(`read the runs of the job ${jobId}`, `/v2/events/${jobId}/runs`, query)
  const known = laterRun(runs, runId)
  if (known !== undefined) return { ...restart, runId: known }
  // A run that follows its event at once counts as the first one.
  const { offsetMs } = await api.time()
  const leftMs = (receivedAt ?? timeOfId(runId) ?? 0) + promptMs + marginMs - (clock.now() + offsetMs)
  if (leftMs > 0) await pause(clock, leftMs)
  const answer = await api.post<{ data?: { runId?: string } }>(
    `restart the run ${runId}`,
    `/v2/runs/${runId}/rerun`,
    [],
  )
  const next = answer?.data?.runId
  if (next === undefined) throw new Error(`Inngest did not return the run that continues ${runId}.`)
  return { ...restart, runId: next }
}

/** Returns the run that an earlier attempt has started to continue this one. */
function laterRun(runs: readonly EngineRun[], runId: string): string | undefined {
  const own = runs.find(({ id }) => id === runId)
  const later = runs.filter(
    (one) =>
      one.id > runId &&
      one.app.id === own?.app.id &&
      one.function.id === own.function.id &&
      completedRecordOf(one)?.isDuplicate !== true,
  )
  return later.map(({ id }) => id).toSorted()[0]
}
