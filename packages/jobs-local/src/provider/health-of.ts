import type { Health, Pause } from '@cgk-platform/jobs-core'

import type { Engine } from '../engine/engine.ts'
import { type Standstill, standstillAfterMs } from '../engine/standstill-watch.ts'
import type { EngineStore, MaybePromise } from '../store/engine-store.ts'

type Check = Health['checks'][number]

/** The reads for the health of a store that processes share. */
export interface StoreChecks {
  /** The store, as in "workers that share the file". */
  readonly place: string
  /** Returns why the store cannot be used, or needs care. `undefined` if all is well. */
  problem(): MaybePromise<string | undefined>
  /** Returns the number of live workers of the store, including this process if it is one. */
  countWorkers(): MaybePromise<number>
  /** Returns the ids of definitions that have waiting runs but no worker. */
  definitionsWithoutWorker(): MaybePromise<readonly string[]>
  /** Returns other checks. */
  more?(): MaybePromise<readonly Check[]>
}

/** The parts of a provider that its health checks. */
export interface CheckedEngine {
  readonly engine: Engine
  readonly store: EngineStore
  /** Set if processes share the store. */
  readonly checks?: StoreChecks | undefined
}

/** Checks the health of an engine and its store. */
export async function healthOf(checked: CheckedEngine | undefined): Promise<Pick<Health, 'ok' | 'checks'>> {
  const checks = !checked || checked.engine.isClosed ? [closed] : await checksOf(checked)
  return { ok: checks.every(({ ok }) => ok), checks }
}

const closed: Check = { name: 'engine', ok: false, message: 'is closed' }

/** Stops counting here: health is checked often, and a file can contain millions of jobs. */
const maxCounted = 100_000

/** Number of pauses that the check names. There can be one for each tenant. */
const maxPausesListed = 10

async function checksOf({ engine, store, checks }: CheckedEngine): Promise<Check[]> {
  try {
    const openJobs = await store.openJobs(maxCounted + 1)
    const where = engine.runsJobs ? 'runs jobs in this process' : 'this process only sends'
    const { problem } = engine
    const state = problem ? `cannot begin jobs: ${problem.message}` : where
    const check = {
      name: 'engine',
      ok: !problem,
      message: `${state}; jobs that have not ended: ${checks ? formatCount(openJobs) : openJobs}`,
    }
    const standstill = await engine.standstill.find()
    const slots = standstill ? [slotsCheck(standstill)] : []
    const paused = pausedCheck(await store.pauses.all())
    const parked = parkedCheck(await store.parkedRuns(maxCounted + 1))
    if (!checks) return [check, ...slots, ...parked, ...paused]
    const workers = engine.runsJobs ? [] : [await workersCheck(checks, openJobs)]
    return [
      check,
      await storeCheck(checks),
      ...((await checks.more?.()) ?? []),
      ...workers,
      ...slots,
      ...parked,
      ...paused,
    ]
  } catch (error) {
    return [{ name: 'store', ok: false, message: (error as Error).message }]
  }
}

/** Checks whether any worker runs the jobs that this process sends. */
async function workersCheck(store: StoreChecks, openJobs: number): Promise<Check> {
  const { place } = store
  const count = await store.countWorkers()
  if (count > 0) return { name: 'workers', ok: true, message: `workers that share ${place}: ${count}` }
  const remedy = "start one with `client.start()` or `role: 'work'`"
  if (openJobs === 0)
    return { name: 'workers', ok: true, message: `no worker shares ${place}, and no job is waiting; ${remedy}` }
  return {
    name: 'workers',
    ok: false,
    message: `no worker shares ${place}; jobs waiting: ${formatCount(openJobs)}; ${remedy}`,
  }
}

function slotsCheck({ holders, waiting }: Standstill): Check {
  const attempts = [...holders].map(([id, count]) => `\`${id}\` (${count})`).join(', ')
  const message =
    `no attempt has begun or ended for ${standstillAfterMs / 60_000} minutes; runs waiting: ${formatCount(waiting)}; ` +
    `attempts that hold their slots: ${attempts}; find out why these handlers do not end, and set \`timeout\``
  return { name: 'slots', ok: false, message }
}

/** Checks whether workflows wait for code that no worker has. */
function parkedCheck(count: number): Check[] {
  if (count === 0) return []
  const message =
    `runs that wait for a worker with other code of their workflow: ${formatCount(count)}; ` +
    'read `parked` in their status, and deploy the code that it names, for example as `previous`'
  return [{ name: 'code', ok: false, message }]
}

/** Reports what is paused. A pause is not a failure: someone wanted it. */
function pausedCheck(pauses: readonly Pause[]): Check[] {
  if (pauses.length === 0) return []
  const listed = pauses.slice(0, maxPausesListed).map(({ definitionId, tenantId, since }) => {
    const what = definitionId === undefined ? `the tenant \`${tenantId}\`` : `\`${definitionId}\``
    return `${what} since ${since?.toISOString()}`
  })
  const more = pauses.length - listed.length
  const all = more > 0 ? `${listed.join(', ')} and ${more} more` : listed.join(', ')
  return [{ name: 'paused', ok: true, message: `no run starts of ${all}; call \`resumeJobs\` when they may start` }]
}

function formatCount(openJobs: number): string {
  return openJobs > maxCounted ? 'more than 100,000' : String(openJobs)
}

async function storeCheck(store: StoreChecks): Promise<Check> {
  const problem = await store.problem()
  if (problem !== undefined) return { name: 'store', ok: false, message: problem }
  const waiting = await store.definitionsWithoutWorker()
  const jobs = waiting.map((definitionId) => `\`${definitionId}\``).join(', ')
  return waiting.length > 0
    ? { name: 'store', ok: false, message: `runs are waiting, and no worker defines their jobs: ${jobs}` }
    : { name: 'store', ok: true, message: 'accepts changes' }
}
