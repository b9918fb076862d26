import type { Health } from '@cgk-platform/jobs-core'

import type { Engine } from './engine/engine.ts'
import type { JobStore, SharedStore } from './store/job-store.ts'

type Check = Health['checks'][number]

/** How an engine and its store are. */
export function healthOf(engine: Engine | undefined, store: JobStore | undefined): Pick<Health, 'ok' | 'checks'> {
  const checks = !engine || !store || engine.isClosed ? [closed] : checksOf(store)
  return { ok: checks.every(({ ok }) => ok), checks }
}

const closed: Check = { name: 'engine', ok: false, message: 'is closed' }

function checksOf(store: JobStore): Check[] {
  try {
    const message = `runs in this process; jobs that have not ended: ${store.openJobs()}`
    const engine = { name: 'engine', ok: true, message }
    return store.shared ? [engine, storeCheck(store.shared)] : [engine]
  } catch (error) {
    return [{ name: 'store', ok: false, message: (error as Error).message }]
  }
}

function storeCheck(store: SharedStore): Check {
  const { trouble } = store
  if (trouble) return { name: 'store', ok: false, message: trouble.message }
  const waiting = store.waitingForWorker()
  const jobs = waiting.map((definitionId) => `\`${definitionId}\``).join(', ')
  return waiting.length > 0
    ? { name: 'store', ok: false, message: `runs wait for a worker that has these jobs: ${jobs}` }
    : { name: 'store', ok: true, message: 'takes changes' }
}
