import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'

import { Empty } from '../parts/empty.tsx'
import { Icon } from '../parts/icon.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { changeJobQuery, hasCondition, type JobQuery } from './job-query.ts'
import { JobRow } from './job-row.tsx'
import { rowHeight } from './row-height.ts'
import { SearchProgress } from './search-progress.tsx'
import type { Jobs } from './use-jobs.ts'
import { useVisibleRows } from './use-visible-rows.ts'

const skeletonRows = 12
const loadAhead = 30

/** The rows of the list. Only those near the screen are in the document. */
export function JobsTable({
  container,
  from,
  jobs,
  selected,
  onToggle,
  onSelectAll,
}: {
  container: RefObject<HTMLDivElement | null>
  from: JobQuery
  jobs: Jobs
  selected: ReadonlySet<string>
  onToggle: (id: string) => void
  onSelectAll: (ids: string[]) => void
}) {
  const { jobs: list, cursor, fresh } = jobs.rows
  const height = rowHeight.value
  const { start, end } = useVisibleRows(container, list.length, height)
  const [announced, setAnnounced] = useState('')

  useEffect(() => {
    if (cursor !== undefined && end >= list.length - loadAhead) jobs.loadMore()
  }, [end, list.length, cursor])
  useEffect(() => {
    setAnnounced(fresh.length > 0 ? `${fresh.length} new jobs` : '')
  }, [fresh.length])

  const allSelected = list.length > 0 && selected.size > 0 && list.every(({ id }) => selected.has(id))
  return (
    <div class="card jobs">
      <div class="visually-hidden" aria-live="polite">
        {announced}
      </div>
      {fresh.length > 0 && (
        <div class="fresh">
          <button
            type="button"
            class="button primary"
            onClick={() => {
              jobs.showFresh()
              scrollTo(0, 0)
            }}
          >
            {jobs.rows.hasGap ? `${fresh.length}+` : fresh.length} new
          </button>
        </div>
      )}
      <div
        role="table"
        aria-label="Jobs"
        aria-rowcount={cursor === undefined ? list.length + 1 : -1}
        aria-busy={!jobs.isLoaded}
      >
        <div class="jobs-head" role="rowgroup">
          <div class="job-row" role="row" aria-rowindex={1}>
            <span role="columnheader" class="pick">
              <input
                type="checkbox"
                aria-label={`Select the ${list.length} loaded jobs`}
                checked={allSelected}
                disabled={list.length === 0}
                onChange={() => onSelectAll(allSelected ? [] : list.map(({ id }) => id))}
              />
            </span>
            <span role="columnheader">State</span>
            <span role="columnheader">Job</span>
            <span role="columnheader" class="wide">
              Tenant
            </span>
            <span role="columnheader" class="wide">
              Error
            </span>
            <span role="columnheader" class="wide number">
              Attempts
            </span>
            <span role="columnheader" class="wide number">
              Duration
            </span>
            <span role="columnheader" class="number sort">
              <button
                type="button"
                onClick={() => changeJobQuery({ order: from.order === 'newest' ? 'oldest' : 'newest' })}
                aria-label={`Sent, ${from.order} first. Change the order`}
              >
                Sent
                <span class={from.order === 'newest' ? 'arrow' : 'arrow up'}>
                  <Icon name="down" />
                </span>
              </button>
            </span>
          </div>
        </div>
        <div
          ref={container}
          class="jobs-body"
          role="rowgroup"
          style={{ height: `${Math.max(jobs.isLoaded ? list.length : skeletonRows, 0) * height}px` }}
        >
          {jobs.isLoaded
            ? list
                .slice(start, end)
                .map((job, at) => (
                  <JobRow
                    key={job.id}
                    job={job}
                    index={start + at}
                    top={(start + at) * height}
                    isSelected={selected.has(job.id)}
                    onToggle={onToggle}
                  />
                ))
            : Array.from({ length: skeletonRows }, (_, at) => <LoadingRow key={at} top={at * height} />)}
        </div>
      </div>
      {jobs.isLoaded && list.length === 0 && cursor === undefined && <NoJobs isFiltered={hasCondition(from)} />}
      {jobs.isLoaded && jobs.search !== 'none' ? (
        <SearchProgress jobs={jobs} order={from.order} />
      ) : (
        list.length > 0 && (
          <p class="jobs-end muted small">{cursor === undefined ? 'These are all jobs.' : 'Loading more jobs…'}</p>
        )
      )}
    </div>
  )
}

function LoadingRow({ top }: { top: number }) {
  return (
    <div class="job-row" style={{ transform: `translateY(${top}px)` }} aria-hidden="true">
      <span class="pick" />
      <Skeleton width="88px" />
      <Skeleton width="60%" />
    </div>
  )
}

function NoJobs({ isFiltered }: { isFiltered: boolean }) {
  return isFiltered ? (
    <Empty icon="filter" title="No job matches the filter">
      <p>Remove a condition, or choose a longer time range.</p>
    </Empty>
  ) : (
    <Empty icon="jobs" title="No jobs yet">
      <p>
        Send an event with <code>sendJob</code>, or on the page “Send”. Its job appears here by itself.
      </p>
    </Empty>
  )
}
