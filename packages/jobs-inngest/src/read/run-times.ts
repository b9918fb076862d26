import { BoundedMap } from '@cgk-platform/jobs-core/hosted'

import type { EngineApi } from '../api/engine-api.ts'
import type { EngineRun } from '../api/engine-shapes.ts'

/** The start and end of a run, epoch milliseconds. */
export interface RunTimes {
  /** Absent if the run never started. */
  readonly startedAt?: number
  readonly endedAt?: number
}

/** Reads when runs started and ended. */
export interface RunTimeReader {
  /** Returns the start and end of a run, as far as they are known. */
  of(run: EngineRun): Promise<RunTimes>
}

const maxCached = 2000

/**
 * Creates a reader that requests each run once. A list of runs is not precise: the start is the time of queueing, and
 * the end of a cancelled run is seconds in the future. The response for a single run has the correct times.
 */
export function createRunTimeReader(api: EngineApi): RunTimeReader {
  const cache = new BoundedMap<string, RunTimes>(maxCached)

  const store = (id: string, times: RunTimes): RunTimes => {
    cache.set(id, times)
    return times
  }

  return {
    async of(run) {
      if (run.status === 'QUEUED') return {}
      const isEnded = run.status !== 'RUNNING'
      const known = cache.get(run.id)
      if (known && (!isEnded || known.endedAt !== undefined)) return known
      if (known && run.status !== 'CANCELLED') return store(run.id, { ...known, ...endOf(run) })
      const path = `/v2/runs/${run.id}`
      const answer = await api.get<{ data?: EngineRun }>(`read the run ${run.id}`, path)
      const single = answer?.data ?? run
      // A cancelled run that never started has the same start in both responses.
      const hasStarted =
        single.startedAt !== undefined && (single.startedAt !== run.startedAt || run.status !== 'CANCELLED')
      const times: RunTimes = {
        ...(hasStarted && { startedAt: Date.parse(single.startedAt) }),
        ...(isEnded && run.status !== 'CANCELLED' && endOf(run)), // the single response can lag behind
        ...(isEnded && endOf(single)),
      }
      return store(run.id, times)
    },
  }
}

function endOf({ endedAt }: EngineRun): Pick<RunTimes, 'endedAt'> {
  return endedAt === undefined ? {} : { endedAt: Date.parse(endedAt) }
}
