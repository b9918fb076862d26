import type { StatsJson } from '../../../src/api-types.ts'
import { hrefTo } from '../app/router.ts'
import { whyUnsupported } from '../app/session.ts'
import { formatCount } from '../parts/format-count.ts'
import { Skeleton } from '../parts/skeleton.tsx'
import { StateLabel } from '../parts/state-label.tsx'

const open = ['queued', 'running', 'retrying', 'scheduled'] as const
const ended = ['completed', 'failed'] as const

/** Number of jobs that wait or run now, and that ended in the time range. */
export function BacklogTiles({ stats, rangePhrase }: { stats: StatsJson | undefined; rangePhrase: string }) {
  const groups = new Map(stats?.states.groups.map((group) => [group.key, group]))
  const seesOlder = whyUnsupported('inspect.countJobs: exact') === undefined
  const total = (key: (typeof ended)[number]) => stats?.intervals.reduce((sum, interval) => sum + interval[key], 0) ?? 0
  return (
    <div class="tiles" role="group" aria-label="Jobs by state">
      {open.map((state) => (
        <Tile
          key={state}
          state={state}
          note={seesOlder ? 'now' : `now, sent ${rangePhrase}`}
          value={stats && formatCount(groups.get(state) ?? { count: 0, isExact: stats.states.isExact })}
        />
      ))}
      {ended.map((state) => (
        <Tile
          key={state}
          state={state}
          note={rangePhrase}
          value={stats && formatCount({ count: total(state), isExact: stats.isComplete })}
        />
      ))}
    </div>
  )
}

function Tile({ state, note, value }: { state: string; note: string; value: string | undefined }) {
  return (
    <a class="tile" href={hrefTo('/jobs', { state })}>
      <StateLabel state={state} />
      <span class="value">{value ?? <Skeleton width="48px" height={32} />}</span>
      <span class="muted small">{note}</span>
    </a>
  )
}
