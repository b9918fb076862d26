import { pause, awaitAtMost } from '@cgk-platform/jobs-core/provider'
import type { EngineRun } from '../api/engine-shapes.ts'
import { isEventId } from '../wire/event-id.ts'
import { type IncomingEvent, jobRecordIn } from '../wire/inngest-event.ts'
import type { HostDependencies } from './host-dependencies.ts'

const pausesMs = [0, 50, 100, 200, 400]
const askWithinMs = 2000

/**
 * The id of the job that a run is of. An event that another producer gave an id of its own comes with that one; the
 * job is read back by the id that Inngest gave it, which the run knows.
 */
export async function jobIdOf(
  { id, data }: IncomingEvent,
  runId: string,
  { api, clock }: Pick<HostDependencies, 'api' | 'clock'>,
): Promise<string> {
  // Ours have no id but Inngest's own; the id of another producer may look like one.
  if (id !== undefined && isEventId(id) && jobRecordIn(data)) return id
  const asked = async (): Promise<string | undefined> => {
    for (const pauseMs of pausesMs) {
      if (pauseMs > 0) await pause(clock, pauseMs)
      const answer = await api.get<{ data?: EngineRun }>(`read the run ${runId}`, `/v2/runs/${runId}`)
      const jobId = answer?.data?.trigger?.eventIds?.[0]
      if (jobId !== undefined) return jobId
    }
    return undefined
  }
  // The job can do without: it is told its producer's id where the engine cannot be asked in time.
  const jobId = await awaitAtMost(
    clock,
    askWithinMs,
    asked().catch(() => undefined),
  )
  return jobId ?? id ?? runId
}
