import { useEffect, useRef, useState } from 'preact/hooks'

import type { JobPageJson } from '../../../src/api-types.ts'
import { reportFailure, reportSuccess } from '../api/connection.ts'
import { listenToChanges } from '../api/live-changes.ts'
import { read } from '../api/request.ts'
import { RequestError } from '../api/request-error.ts'
import { tenantUrl } from '../app/session.ts'
import { type JobQuery, toFilter } from './job-query.ts'
import { addPage, applyChange, type JobRows, noRows, showFresh, updateJobs, watchLimit } from './job-rows.ts'

/** The jobs of a filter, page by page, and kept up to date. */
export interface Jobs {
  readonly rows: JobRows
  /** False before the first page is there. */
  readonly isLoaded: boolean
  readonly isLive: boolean
  readonly error: RequestError | undefined
  /** Pages without a job, one after another, mean that it searches. It pauses after some, or when the user stops it. */
  readonly search: 'none' | 'searching' | 'paused'
  /** Continues or stops the search. */
  readonly setSearching: (isSearching: boolean) => void
  /** Loads the next page, if there is one and it is not being loaded. */
  readonly loadMore: () => void
  /** Moves the jobs that have come in the meantime to the top. */
  readonly showFresh: () => void
  /** Starts again with the first page. */
  readonly reload: () => void
}

const firstPage = 100
const nextPages = 500
const maxLiveRows = 2000
/** Pages without a job that are loaded one after another. On a hosted engine, each can take two requests. */
const maxEmptyPages = 20

interface State {
  readonly key: string
  readonly rows: JobRows
  readonly isLoaded: boolean
  readonly search: Jobs['search']
  readonly error?: RequestError | undefined
}

/** Loads the jobs of a filter. `isScrolled` tells whether the user looks at the first jobs or further down. */
export function useJobs(from: JobQuery, tenant: string | undefined, isScrolled: () => boolean): Jobs {
  const key = JSON.stringify([from, tenant])
  const [state, setState] = useState<State>({ key, rows: noRows, isLoaded: false, search: 'none' })
  const [isLive, setIsLive] = useState(false)
  const actions = useRef({
    loadMore: () => {},
    reload: () => {},
    showFresh: () => {},
    setSearching: (_is: boolean) => {},
  })
  const scrolled = useRef(isScrolled)
  scrolled.current = isScrolled

  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    let rows = noRows
    let isLoading = false
    let isLoaded = false
    let search: Jobs['search'] = 'none'
    let emptyPages = 0
    let stopListening: (() => void) | undefined
    const filter = toFilter(from, Date.now())
    const show = (next: JobRows) => {
      rows = next
      setState({ key, rows, isLoaded, search })
    }
    const load = (isFirst: boolean) => {
      if (isLoading) return
      isLoading = true
      const again = isFirst ? loadFirst : loadMore
      const { order } = from
      const limit = String(isFirst ? firstPage : nextPages)
      const url = tenantUrl('jobs', { ...filter, order, limit, cursor: isFirst ? undefined : rows.cursor })
      read<JobPageJson>(url, signal).then(
        (page) => {
          isLoading = false
          isLoaded = true
          reportSuccess(again)
          emptyPages = page.jobs.length > 0 ? 0 : emptyPages + 1
          if (page.cursor === undefined) search = 'none'
          else if (emptyPages === maxEmptyPages) search = 'paused'
          else if (search !== 'paused') search = emptyPages > 0 ? 'searching' : 'none'
          show(addPage(isFirst ? noRows : rows, page))
          if (search === 'searching') loadMore()
          if (isFirst) listen()
        },
        (failure: unknown) => {
          isLoading = false
          if (signal.aborted) return
          const error = failure instanceof RequestError ? failure : new RequestError(0, 'unknown', String(failure))
          if (error.isTemporary) reportFailure(again, error.message)
          else setState({ key, rows, isLoaded, search, error })
        },
      )
    }
    const loadFirst = () => {
      search = 'none'
      emptyPages = 0
      load(true)
    }
    const loadMore = () => {
      if (rows.cursor !== undefined && search !== 'paused') load(false)
    }
    const setSearching = (isSearching: boolean) => {
      search = isSearching ? 'searching' : 'paused'
      emptyPages = 0
      show(rows)
      loadMore()
    }
    const listen = () => {
      stopListening?.()
      stopListening = listenToChanges(tenantUrl('changes', { ...filter, limit: String(watchLimit) }), {
        onConnected: setIsLive,
        onProblem: (message) => reportFailure(loadFirst, message),
        onChange: (change, isFirst) => {
          const isDown = scrolled.current()
          const isNewestFirst = from.order === 'newest'
          show(isNewestFirst ? applyChange(rows, change, isFirst, isDown) : updateJobs(rows, change))
          // A page that stays open must not grow, and must not lack jobs. At the top, it starts again with the first page.
          if (isNewestFirst && !isDown && (rows.hasGap || rows.jobs.length > maxLiveRows)) loadFirst()
        },
      })
    }
    actions.current = {
      loadMore,
      setSearching,
      reload: loadFirst,
      showFresh: () => (rows.hasGap ? loadFirst() : show(showFresh(rows))),
    }
    setState({ key, rows, isLoaded, search })
    loadFirst()
    return () => {
      controller.abort()
      stopListening?.()
      reportSuccess(loadFirst)
      reportSuccess(loadMore)
    }
  }, [key])

  const isCurrent = state.key === key
  return {
    rows: isCurrent ? state.rows : noRows,
    isLoaded: isCurrent && state.isLoaded,
    isLive,
    error: isCurrent ? state.error : undefined,
    search: isCurrent ? state.search : 'none',
    setSearching: (isSearching) => actions.current.setSearching(isSearching),
    loadMore: () => actions.current.loadMore(),
    reload: () => actions.current.reload(),
    showFresh: () => actions.current.showFresh(),
  }
}
