import type { ComponentChildren, ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'

import { reportFailure, reportSuccess } from '../api/connection.ts'
import { apiUrl, read } from '../api/request.ts'
import { RequestError } from '../api/request-error.ts'
import { Empty } from '../parts/empty.tsx'
import { Skeleton } from '../parts/skeleton.tsx'

/** Options of `lazyPage`. */
interface LazyOptions {
  /** True: the code is loaded now, beside the first data. */
  readonly isNeeded?: boolean
  /** Shown until the code is loaded. Default: the place of a heading. */
  readonly fallback?: ComponentChildren
}

const heading = (
  <div class="page-head" aria-busy="true">
    <Skeleton width="160px" height={28} />
  </div>
)

/** Returns why code cannot be loaded now; `undefined` if the server answers, so that it has other code by now. */
async function findProblem(): Promise<RequestError | undefined> {
  try {
    await read(apiUrl('session'))
  } catch (error) {
    if (error instanceof RequestError && error.isTemporary) return error
  }
  return undefined
}

/** Returns a page, or a part of one, whose code is loaded when it is first shown. */
export function lazyPage<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  { isNeeded = false, fallback = heading }: LazyOptions = {},
): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined
  if (isNeeded) {
    load().then(
      (component) => (loaded = component),
      () => undefined, // the page reports it when it is shown
    )
  }
  return function LazyPage(props: Props) {
    const [state, setState] = useState<'loading' | 'ready' | 'failed'>('loading')
    useEffect(() => {
      let isGone = false
      let isLastTry = false
      const show = () => {
        load().then(
          (component) => {
            reportSuccess(show)
            loaded = component
            if (!isGone) setState('ready')
          },
          async () => {
            const problem = await findProblem()
            if (isGone) return
            if (problem) {
              isLastTry = false
              reportFailure(show, problem.message)
            } else if (!isLastTry) {
              isLastTry = true // the server may answer again since
              show()
            } else {
              reportSuccess(show)
              setState('failed')
            }
          },
        )
      }
      show()
      return () => {
        isGone = true
        reportSuccess(show)
      }
    }, [])
    if (loaded) {
      const Page = loaded
      return <Page {...props} />
    }
    return state === 'failed' ? (
      <Empty icon="warning" title="This page could not be loaded">
        <p>The server may have a new version, or it does not answer. Reload the document.</p>
      </Empty>
    ) : (
      <>{fallback}</>
    )
  }
}
