import { pause, awaitAtMost } from '@cgk-platform/jobs-core/provider'
import type { EngineRun } from '../api/engine-shapes.ts'
import { isEventId } from '../wire/event-id.ts'
import { type IncomingEvent, jobRecordIn } from '../wire/inngest-event.ts'
import type { HostDependencies } from './host-dependencies.ts'

const pausesMs = [0, 50, 100, 200, 400]
const timeoutMs = 2000

/**
 * Returns the job's id for a run. An event from another producer can have an id of its own. The job is read by the id
 * that Inngest assigned, so this function reads that from the run.
 */
export async function jobIdOf(
  { id, data }: IncomingEvent,
  runId: string,
  { api, clock }: Pick<HostDependencies, 'api' | 'clock'>,
): Promise<string> {
  // Events of this library always have Inngest's id. The id of another producer can look like one.
  if (id !== undefined && isEventId(id) && jobRecordIn(data)) return id
  const readFromRun = async (): Promise<string | undefined> => {
    for (const pauseMs of pausesMs) {
      if (pauseMs > 0) await pause(clock, pauseMs)
      const answer = await api.get<{ data?: EngineRun }>(`read the run ${runId}`, `/v2/runs/${runId}`)
      const jobId = answer?.data?.trigger?.eventIds?.[0]
      if (jobId !== undefined) return jobId
    }
    return undefined
  }
  // If Inngest does not respond in time, the job runs with its producer's id.
  const jobId = await awaitAtMost(
    clock,
    timeoutMs,
    readFromRun().catch(() => undefined),
  )
  return jobId ?? id ?? runId
}
