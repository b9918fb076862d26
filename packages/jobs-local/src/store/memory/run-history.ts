import type { HistoryCount, HistoryQuery, RunCounts } from '@cgk-platform/jobs-core/provider'
import { countedDuration, historyAge } from '@cgk-platform/jobs-core/scheduling'

import type { StoredRun } from '../../records/stored-run.ts'

const minuteMs = 60_000
const hourMs = 3_600_000

/** Numbers of runs by outcome and duration, such as `completed 40`. */
type Counts = Map<string, number>

interface Counted {
  open: number
  /** The minute in which it was last pruned. */
  pruned: number
  readonly minutes: Map<number, Counts>
  readonly hours: Map<number, Counts>
}

/** Counts the runs of each definition by time, as they are created and end. */
export class RunHistory {
  readonly #definitions = new Map<string, Counted>()

  created({ definitionId, retriedAt, job: { envelope } }: StoredRun): void {
    const counted = this.#of(definitionId)
    counted.open++
    add(counted.minutes, startOf(retriedAt ?? envelope.runAt ?? envelope.sentAt, minuteMs), 'created 0', 1)
  }

  ended({ definitionId, state, startedAt = Number.POSITIVE_INFINITY }: StoredRun, now: number): void {
    const counted = this.#of(definitionId)
    const minute = startOf(now, minuteMs)
    if (counted.pruned !== minute) prune(counted, now)
    counted.pruned = minute
    counted.open--
    add(counted.minutes, minute, `${state} ${countedDuration(now - startedAt)}`, 1)
  }

  read({ definitionId, since }: HistoryQuery): RunCounts {
    const { open = 0, minutes = [], hours = [] } = this.#definitions.get(definitionId) ?? {}
    const counts = [...hours, ...minutes].flatMap(([at, of]) =>
      [...of].map(([key, count]): HistoryCount => {
        const [outcome, duration] = key.split(' ') as [HistoryCount['outcome'], string]
        return { at, outcome, durationMs: Number(duration), count }
      }),
    )
    return { counts: counts.filter(({ at }) => at >= since), open }
  }

  #of(definitionId: string): Counted {
    const counted = this.#definitions.get(definitionId) ?? { open: 0, pruned: 0, minutes: new Map(), hours: new Map() }
    this.#definitions.set(definitionId, counted)
    return counted
  }
}

/** Adds minutes that are old to their hours, and deletes old hours. */
function prune({ minutes, hours }: Counted, now: number): void {
  for (const [at, counts] of minutes) {
    const hour = startOf(at, hourMs)
    if (hour + hourMs > now - historyAge.minutes) break
    minutes.delete(at)
    for (const [key, count] of counts) add(hours, hour, key, count)
  }
  for (const at of hours.keys()) {
    if (at >= now - historyAge.hours) break
    hours.delete(at)
  }
}

function add(parts: Map<number, Counts>, at: number, key: string, count: number): void {
  let counts = parts.get(at)
  if (!counts) parts.set(at, (counts = new Map()))
  counts.set(key, (counts.get(key) ?? 0) + count)
}

function startOf(at: number, unit: number): number {
  return Math.floor(at / unit) * unit
}
