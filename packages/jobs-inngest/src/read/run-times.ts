import { BoundedMap } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../api/engine-api.ts'
import type { EngineRun } from '../api/engine-shapes.ts'

/** When a run began and ended, epoch milliseconds. */
export interface RunTimes {
  /** Absent where it never began. */
  readonly startedAt?: number
  readonly endedAt?: number
}

/** Tells when runs began and ended. */
export interface RunTimeReader {
  of(run: EngineRun): Promise<RunTimes>
}

const mostKept = 2000

/**
 * A list of runs tells of each when it was queued, and of a cancelled one an end that lies seconds in the future. The
 * run by itself tells the truth, and once it has begun or ended it is asked no more.
 */
export function createRunTimeReader(api: EngineApi): RunTimeReader {
  const kept = new BoundedMap<string, RunTimes>(mostKept)

  const keep = (id: string, times: RunTimes): RunTimes => {
    kept.set(id, times)
    return times
  }

  return {
    async of(run) {
      if (run.status === 'QUEUED') return {}
      const isEnded = run.status !== 'RUNNING'
      const known = kept.get(run.id)
      if (known && (!isEnded || known.endedAt !== undefined)) return known
      if (known && run.status !== 'CANCELLED') return keep(run.id, { ...known, ...endOf(run) })
      const path = `/v2/runs/${run.id}`
      const answer = await api.get<{ data?: EngineRun }>(`when the run ${run.id} began`, path)
      const itself = answer?.data ?? run
      // Not begun, a run tells the very instant that the list does.
      const hasBegun =
        itself.startedAt !== undefined && (itself.startedAt !== run.startedAt || run.status !== 'CANCELLED')
      const times: RunTimes = {
        ...(hasBegun && { startedAt: Date.parse(itself.startedAt) }),
        ...(isEnded && run.status !== 'CANCELLED' && endOf(run)), // it may itself not know yet
        ...(isEnded && endOf(itself)),
      }
      return keep(run.id, times)
    },
  }
}

function endOf({ endedAt }: EngineRun): Pick<RunTimes, 'endedAt'> {
  return endedAt === undefined ? {} : { endedAt: Date.parse(endedAt) }
}
