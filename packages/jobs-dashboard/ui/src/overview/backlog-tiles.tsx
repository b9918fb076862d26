import type { StatsJson } from '../../../src/api-types.ts'
import { hrefTo } from '../app/router.ts'
import { whyUnsupported } from '../app/session.ts'
import { formatCount } from '../parts/format-count.ts'
import { Skeleton } from '../parts/skeleton.tsx'
import { StateLabel } from '../parts/state-label.tsx'

const open = ['queued', 'running', 'retrying', 'scheduled'] as const
const ended = ['completed', 'failed'] as const

interface BacklogTilesProps {
  readonly stats: StatsJson | undefined
  readonly rangePhrase: string
  /** The time range, as the list of jobs names it. */
  readonly within: string
}

/** Number of jobs that wait or run now, and of runs that ended in the time range. Each leads to their jobs. */
export function BacklogTiles({ stats, rangePhrase, within }: BacklogTilesProps) {
  const groups = new Map(stats?.states.groups.map((group) => [group.key, group]))
  const seesOlder = whyUnsupported('inspect.countJobs: exact') === undefined
  const now = (state: string) => stats && (groups.get(state) ?? { count: 0, isExact: stats.states.isExact })
  const inRange = (state: (typeof ended)[number]) =>
    stats && {
      count: stats.intervals.reduce((sum, interval) => sum + interval[state], 0),
      isExact: stats.isComplete,
    }
  return (
    <div class="tiles" role="group" aria-label="Jobs by state">
      {open.map((state) => (
        <Tile
          key={state}
          state={state}
          within={seesOlder ? undefined : within}
          note={seesOlder ? 'now' : `now, sent ${rangePhrase}`}
          counted={now(state)}
        />
      ))}
      {ended.map((state) => (
        <Tile
          key={state}
          state={state}
          within={within}
          by="end"
          note={`runs ${rangePhrase}`}
          counted={inRange(state)}
        />
      ))}
    </div>
  )
}

interface TileProps {
  readonly state: string
  readonly within: string | undefined
  readonly by?: 'end'
  readonly note: string
  readonly counted: { readonly count: number; readonly isExact: boolean } | undefined
}

function Tile({ state, within, by, note, counted }: TileProps) {
  return (
    <a class="tile" href={hrefTo('/jobs', { state, within, by })}>
      <StateLabel state={state} />
      <span class="value">{counted ? formatCount(counted) : <Skeleton width="48px" height={32} />}</span>
      <span class="muted small">{note}</span>
    </a>
  )
}
