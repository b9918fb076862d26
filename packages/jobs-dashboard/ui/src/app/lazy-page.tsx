import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'

import { Empty } from '../parts/empty.tsx'
import { Skeleton } from '../parts/skeleton.tsx'

/** Returns a page whose code is loaded when it is first shown. */
export function lazyPage<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined
  return function LazyPage(props: Props) {
    const [state, setState] = useState<'loading' | 'ready' | 'failed'>(loaded ? 'ready' : 'loading')
    useEffect(() => {
      if (loaded) return undefined
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
      <div class="page-head" aria-busy="true">
        <Skeleton width="160px" height={28} />
      </div>
    )
  }
}
