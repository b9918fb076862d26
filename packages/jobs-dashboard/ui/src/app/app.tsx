import { useEffect } from 'preact/hooks'

import type { SessionJson } from '../../../src/api-types.ts'
import { apiUrl } from '../api/request.ts'
import { useQuery } from '../api/use-query.ts'
import { Failure } from '../parts/failure.tsx'
import { OutageBanner } from './outage-banner.tsx'
import { session } from './session.ts'
import { Shell } from './shell.tsx'

const refreshMs = 10 * 60_000

/** Loads who the user is, then shows the pages. */
export function App() {
  const { data, error } = useQuery<SessionJson>(apiUrl('session'), { refreshMs })
  useEffect(() => {
    if (data) session.value = data
  }, [data])
  if (session.value) return <Shell />
  if (error) {
    return (
      <main class="main">
        <Failure error={error} />
      </main>
    )
  }
  return (
    <main class="main" aria-busy="true">
      <OutageBanner />
      <span class="visually-hidden">Loading</span>
    </main>
  )
}
