import type { ComponentChildren, ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'

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
      load().then(
        (component) => {
          loaded = component
          if (!isGone) setState('ready')
        },
        () => !isGone && setState('failed'),
      )
      return () => {
        isGone = true
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
