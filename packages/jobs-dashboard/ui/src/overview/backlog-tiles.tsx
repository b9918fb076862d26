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

/** Number of jobs that wait or run now, and that ended in the time range. Each leads to the jobs that it counts. */
export function BacklogTiles({ stats, rangePhrase, within }: BacklogTilesProps) {
  const groups = new Map(stats?.states.groups.map((group) => [group.key, group]))
  const seesOlder = whyUnsupported('inspect.countJobs: exact') === undefined
  const now = (state: string) => stats && (groups.get(state) ?? { count: 0, isExact: stats.states.isExact })
  // An engine that counts only the jobs of the range may not tell when they ended.
  const inRange = (state: (typeof ended)[number]) =>
    seesOlder
      ? stats && {
          count: stats.intervals.reduce((sum, interval) => sum + interval[state], 0),
          isExact: stats.isComplete,
        }
      : now(state)
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
        <Tile key={state} state={state} within={within} note={rangePhrase} counted={inRange(state)} />
      ))}
    </div>
  )
}

interface TileProps {
  readonly state: string
  readonly within: string | undefined
  readonly note: string
  readonly counted: { readonly count: number; readonly isExact: boolean } | undefined
}

function Tile({ state, within, note, counted }: TileProps) {
  return (
    <a class="tile" href={hrefTo('/jobs', { state, within })}>
      <StateLabel state={state} />
      <span class="value">{counted ? formatCount(counted) : <Skeleton width="48px" height={32} />}</span>
      <span class="muted small">{note}</span>
    </a>
  )
}
