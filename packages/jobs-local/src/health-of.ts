import type { Health } from '@cgk-platform/jobs-core'

import type { Engine } from './engine/engine.ts'
import type { JobStore, SharedStore } from './store/job-store.ts'

type Check = Health['checks'][number]

/** How an engine and its store are. */
export function healthOf(engine: Engine | undefined, store: JobStore | undefined): Pick<Health, 'ok' | 'checks'> {
  const checks = !engine || !store || engine.isClosed ? [closed] : checksOf(engine, store)
  return { ok: checks.every(({ ok }) => ok), checks }
}

const closed: Check = { name: 'engine', ok: false, message: 'is closed' }

/** A file's million jobs are not counted for it: it is asked often. */
const mostTold = 100_000

function checksOf(engine: Engine, store: JobStore): Check[] {
  try {
    const openJobs = store.openJobs(mostTold + 1)
    const where = engine.works ? 'runs in this process' : 'this process only sends'
    const check = {
      name: 'engine',
      ok: true,
      message: `${where}; jobs that have not ended: ${store.shared ? told(openJobs) : openJobs}`,
    }
    if (!store.shared) return [check]
    return [check, storeCheck(store.shared), ...(engine.works ? [] : [workersCheck(store.shared, openJobs)])]
  } catch (error) {
    return [{ name: 'store', ok: false, message: (error as Error).message }]
  }
}

/** Whether anybody does what is sent from here. */
function workersCheck(store: SharedStore, openJobs: number): Check {
  const count = store.livingWorkers()
  if (count > 0) return { name: 'workers', ok: true, message: `processes that work on the file: ${count}` }
  const remedy = "start one: `client.start()`, or `role: 'work'`"
  if (openJobs === 0)
    return { name: 'workers', ok: true, message: `no process works on the file, and no job waits; ${remedy}` }
  return {
    name: 'workers',
    ok: false,
    message: `no process works on the file, and jobs wait: ${told(openJobs)}; ${remedy}`,
  }
}

function told(openJobs: number): string {
  return openJobs > mostTold ? 'more than 100,000' : String(openJobs)
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
