import { useEffect, useRef, useState } from 'preact/hooks'

import { reportFailure, reportSuccess } from './connection.ts'
import { read } from './request.ts'
import { RequestError } from './request-error.ts'

/** The state of a query. Old data stay while newer are loaded, and if the engine does not answer. */
export interface QueryState<Data> {
  readonly data: Data | undefined
  /** Why there are no data; absent if the request is repeated by itself. */
  readonly error: RequestError | undefined
  /** Loads it again. */
  readonly reload: () => void
}

interface Stored<Data> {
  readonly url: string | undefined
  readonly data?: Data
  readonly error?: RequestError
}

/** Options of `useQuery`. */
export interface QueryOptions {
  /** Loads it again after this time, while the page is visible. */
  readonly refreshMs?: number | undefined
  /** True: shows the data of the previous address until those of the next one are there. */
  readonly keeps?: boolean
  /** Completes the address with what changes from one request to the next, such as the time. */
  readonly complete?: (url: string) => string
}

/** Loads a part of the API. `undefined` loads nothing. */
export function useQuery<Data>(
  url: string | undefined,
  { refreshMs, keeps = false, complete = (same) => same }: QueryOptions = {},
): QueryState<Data> {
  const [stored, setStored] = useState<Stored<Data>>({ url })
  const reload = useRef(() => {})
  const toUrl = useRef(complete)
  toUrl.current = complete

  useEffect(() => {
    if (url === undefined) return undefined
    let controller: AbortController | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const load = () => {
      clearTimeout(timer)
      controller?.abort()
      const mine = new AbortController()
      controller = mine
      read<Data>(toUrl.current(url), mine.signal).then(
        (data) => {
          if (mine.signal.aborted) return
          reportSuccess(load)
          setStored({ url, data })
          plan()
        },
        (error: unknown) => {
          if (mine.signal.aborted) return
          const failure = error instanceof RequestError ? error : new RequestError(0, 'unknown', String(error))
          if (failure.isTemporary) {
            reportFailure(load, failure.message)
          } else {
            reportSuccess(load)
            setStored({ url, error: failure })
          }
        },
      )
    }
    const plan = () => {
      if (refreshMs !== undefined) timer = setTimeout(refresh, refreshMs)
    }
    const refresh = () => {
      if (!document.hidden) load()
    }
    const onVisible = () => {
      if (!document.hidden && refreshMs !== undefined) load()
    }
    document.addEventListener('visibilitychange', onVisible)
    reload.current = load
    load()
    return () => {
      clearTimeout(timer)
      controller?.abort()
      document.removeEventListener('visibilitychange', onVisible)
      reportSuccess(load)
    }
  }, [url, refreshMs])

  const isCurrent = stored.url === url
  return {
    data: isCurrent || keeps ? stored.data : undefined,
    error: isCurrent ? stored.error : undefined,
    reload: () => reload.current(),
  }
}
