import type { Health } from '@cgk-platform/jobs-core'

import type { Engine } from './engine/engine.ts'
import type { JobStore, SharedStore } from './store/job-store.ts'

/** How an engine and its store are. */
export function healthOf(engine: Engine | undefined, store: JobStore | undefined): Pick<Health, 'ok' | 'checks'> {
  const isOpen = engine !== undefined && store !== undefined && !engine.isClosed
  const message = isOpen ? `runs in this process; jobs that have not ended: ${store.openJobs()}` : 'is closed'
  const checks = [{ name: 'engine', ok: isOpen, message }]
  if (isOpen && store.shared) checks.push(storeCheck(store.shared))
  return { ok: checks.every(({ ok }) => ok), checks }
}

function storeCheck(store: SharedStore): Health['checks'][number] {
  const { trouble } = store
  if (trouble) return { name: 'store', ok: false, message: trouble.message }
  const waiting = store.waitingForWorker()
  const jobs = waiting.map((definitionId) => `\`${definitionId}\``).join(', ')
  return waiting.length > 0
    ? { name: 'store', ok: false, message: `runs wait for a worker that has these jobs: ${jobs}` }
    : { name: 'store', ok: true, message: 'takes changes' }
}
