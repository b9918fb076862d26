import { formatNumber } from '../parts/format-count.ts'
import { formatTime } from '../time/format-time.ts'
import type { JobQuery } from './job-query.ts'
import type { Jobs } from './use-jobs.ts'

/** Says how far a search has come, and stops or continues it: an engine can read many jobs that do not match. */
export function SearchProgress({ jobs, order }: { jobs: Jobs; order: JobQuery['order'] }) {
  const { search, setSearching, rows } = jobs
  const found = rows.jobs.length
  const isPaused = search === 'paused'
  return (
    <div class="search-progress" role="status">
      <p>
        {isPaused ? 'Searched' : 'Searching…'} {describeReach(rows.searchedTo, order)}
        <strong>{found === 0 ? 'none found' : `${formatNumber(found)} found`}</strong>.
        {isPaused && ' There may be more.'}
      </p>
      <button type="button" class="button" onClick={() => setSearching(isPaused)}>
        {isPaused ? 'Continue searching' : 'Stop'}
      </button>
    </div>
  )
}

const reaches = { newest: 'back to', oldest: 'up to', any: 'as far as' } as const

/** Returns the time up to which jobs were searched, in words. A change of many jobs has `any` order: the engine's. */
export function describeReach(searchedTo: string | undefined, order: keyof typeof reaches = 'newest'): string {
  return searchedTo === undefined ? '' : `${reaches[order]} ${formatTime(searchedTo)}: `
}
