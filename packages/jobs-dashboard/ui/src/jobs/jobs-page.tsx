import { useEffect, useRef, useState } from 'preact/hooks'

import type { CountsJson } from '../../../src/api-types.ts'
import { type QueryState, useQuery } from '../api/use-query.ts'
import { lazyPage } from '../app/lazy-page.tsx'
import { hrefToJob, navigate, page } from '../app/router.ts'
import { tenant, tenantUrl, whyUnsupported } from '../app/session.ts'
import { useShortcuts } from '../app/shortcuts.ts'
import { Failure } from '../parts/failure.tsx'
import { Icon } from '../parts/icon.tsx'
import { formatCount } from '../parts/format-count.ts'
import { BulkBar } from './bulk-bar.tsx'
import { FilterBar } from './filter-bar.tsx'
import { toFilter, readJobQuery } from './job-query.ts'
import { JobsTable } from './jobs-table.tsx'
import { LazyChangeSelectedDialog } from './lazy-change-selected-dialog.ts'
import { LiveBadge } from './live-badge.tsx'
import { MatchingActions } from './matching-actions.tsx'
import { useJobs } from './use-jobs.ts'
import { useRowFocus } from './use-row-focus.ts'

const SavedFilters = lazyPage(async () => (await import('./saved-filters.tsx')).SavedFilters, {
  isNeeded: page.peek() === 'jobs',
  fallback: (
    <div class="menu">
      <button type="button" class="button" disabled>
        <Icon name="bookmark" />
        <span class="wide">Saved filters</span>
        <Icon name="down" />
      </button>
    </div>
  ),
})

/** The jobs that match a filter, kept up to date. */
export function JobsPage() {
  const from = readJobQuery()
  const table = useRef<HTMLDivElement>(null)
  const jobs = useJobs(from, tenant.value, () => scrollY > (table.current?.offsetTop ?? 0))
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [change, setChange] = useState<{ action: 'retry' | 'cancel'; ids: string[] }>()
  const filterKey = JSON.stringify([from, tenant.value])
  const count = useJobCount(filterKey)
  const { focusedId, move } = useRowFocus(table, jobs)

  useEffect(() => setSelected(new Set()), [filterKey])

  const toggle = (id: string) => {
    const next = new Set(selected)
    if (!next.delete(id)) next.add(id)
    setSelected(next)
  }
  const changeSelected = (action: 'retry' | 'cancel') => {
    const current = focusedId()
    const ids = selected.size > 0 ? [...selected] : current === undefined ? [] : [current]
    if (ids.length > 0) setChange({ action, ids })
  }
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    x: () => {
      const id = focusedId()
      if (id !== undefined) toggle(id)
    },
    r: () => changeSelected('retry'),
    c: () => changeSelected('cancel'),
    Enter: () => {
      const id = focusedId()
      if (id !== undefined) navigate(hrefToJob(id))
    },
  })

  return (
    <>
      <div class="page-head">
        <h1>Jobs</h1>
        <span class="muted count" aria-live="off">
          {count.data ? formatCount(count.data) : ''}
        </span>
        <LiveBadge isLive={jobs.isLive} />
        <span class="spacer" />
        <SavedFilters from={from} />
        <MatchingActions
          from={from}
          onDone={() => {
            jobs.reload()
            count.reload()
          }}
        />
      </div>
      <FilterBar from={from} />
      {jobs.error ? (
        <Failure error={jobs.error} />
      ) : (
        <JobsTable
          container={table}
          from={from}
          jobs={jobs}
          selected={selected}
          onToggle={toggle}
          onSelectAll={(ids) => setSelected(new Set(ids))}
        />
      )}
      {selected.size > 0 && (
        <BulkBar count={selected.size} onChange={changeSelected} onClear={() => setSelected(new Set())} />
      )}
      {change && (
        <LazyChangeSelectedDialog
          {...change}
          onClose={() => setChange(undefined)}
          onDone={() => {
            setSelected(new Set())
            count.reload()
            if (!jobs.isLive) jobs.reload()
          }}
        />
      )}
    </>
  )
}

/** Counts the jobs of the filter if the engine can: counting by reading pages would cost requests. */
function useJobCount(filterKey: string): QueryState<CountsJson> {
  const url = whyUnsupported('inspect.countJobs: exact') === undefined ? filterKey : undefined
  return useQuery<CountsJson>(url, {
    keeps: true,
    refreshMs: 10_000,
    complete: () => tenantUrl('counts', { ...toFilter(readJobQuery(), Date.now()) }),
  })
}
