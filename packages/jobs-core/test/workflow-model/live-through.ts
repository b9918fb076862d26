import type { JobClient } from '../../src/client/job-client.ts'
import type { StepContext } from '../../src/workflows/steps.ts'
import type { Outcome } from '../../src/runs/outcome.ts'
import { runAttempt } from '../../src/runs/run-attempt.ts'
import { defineWorkflow } from '../../src/workflows/define-workflow.ts'
import { createRecordedStepEngine } from '../../src/workflows/recorded-step-engine.ts'
import { orderEnvelope } from '../kit/attempt-kit.ts'
import { createMemoryLogger, type LoggedLine } from '../kit/memory-logger.ts'
import { type Answers, CrashingStore, type StoreHabits } from './crashing-store.ts'
import { type Crash, CrashingWorld, type Pass } from './crashing-world.ts'
import { playProgram } from './play-program.ts'
import { type Op, type Ops, type Program, runAttempts } from './program.ts'

/** What a run of a program came to, over all its passes. */
export interface Lived {
  readonly outcome: Outcome
  readonly world: CrashingWorld
  /** How often a crash came while a work was under way, by its idempotency key. */
  readonly crashed: ReadonlyMap<string, number>
  readonly failuresTold: number
  readonly crashes: number
  readonly lines: readonly LoggedLine[]
}

/** More passes than a program of this size can have use of. */
const mostPasses = 400

/** Runs a program to its end: a new pass after every crash and every wait, each from what was kept. */
export async function liveThrough(program: Program, crashes: readonly Crash[], habits: StoreHabits): Promise<Lived> {
  const world = new CrashingWorld(crashes)
  const store = new CrashingStore(world, habits, answersOf(program))
  const crashed = new Map<string, number>()
  const { logger, lines } = createMemoryLogger()
  let failuresTold = 0
  let seen = 0
  let attempt = 1
  let isResumed = false
  for (let passes = 0; passes < mostPasses; passes++) {
    let hasCrashed = false
    const pass: Pass = { isAlive: true, begun: new Set(), crashed: () => (hasCrashed = true) }
    const definition = defineWorkflow({
      id: 'program',
      event: 'order.created',
      retry: { maxAttempts: runAttempts, backoff: 'fixed', initialDelay: 5 },
      steps: (_event, step, context) => playProgram(program, { step, context, world, pass }),
      onFailure: () => void (pass.isAlive && failuresTold++),
    })
    let outcome: Outcome | undefined
    const options = { jobId: 'job_1', runId: 'run_1', attempt, isResumed, logger, random: () => 0 }
    void runAttempt(definition, orderEnvelope(), {
      ...options,
      signal: new AbortController().signal,
      clock: world.clockOf(pass),
      client: clientOf(world, pass),
      steps: createRecordedStepEngine(store.open(pass)),
    }).then((ended) => (outcome = ended))
    await world.until(() => (hasCrashed || outcome ? true : undefined))
    store.close()
    if (hasCrashed || world.isDeadAt(pass)) {
      seen++
      for (const key of store.underWay(pass)) crashed.set(key, (crashed.get(key) ?? 0) + 1)
      await sleep(world, world.downMs)
      continue
    }
    if (outcome?.type === 'suspended') {
      isResumed = true
      await resume(world, store, outcome.wakeAt)
    } else if (outcome?.type === 'retry') {
      isResumed = false
      attempt++
      await sleep(world, outcome.afterMs)
    } else return { outcome: outcome!, world, crashed, failuresTold, crashes: seen, lines }
  }
  throw new Error(`The run did not end in ${mostPasses} passes.`)
}

async function sleep(world: CrashingWorld, ms: number): Promise<void> {
  let isOver = false
  world.later(ms, () => (isOver = true))
  await world.until(() => isOver || undefined)
}

/** As an engine does: at the instant, or when a wait was answered. */
async function resume(world: CrashingWorld, store: CrashingStore, wakeAt: number | undefined): Promise<void> {
  const alarm = wakeAt === undefined ? undefined : world.later(Math.max(0, wakeAt - world.now), () => undefined)
  await world.until(() => store.isWoken || (wakeAt !== undefined && world.now >= wakeAt) || undefined)
  alarm?.cancel()
}

/** Sends nothing; the job's id is known by the key that it was sent with. */
function clientOf(world: CrashingWorld, pass: Pass): JobClient {
  const sendJob = async (_event: string, _payload: unknown, { idempotencyKey }: StepContext) => {
    await world.happen(pass)
    return { id: `job_of_${idempotencyKey}` }
  }
  return { forTenant: () => ({ sendJob }) } as unknown as JobClient
}

function answersOf({ ops }: Program): Answers {
  const all = new Map(opsIn(ops).map((op) => ['id' in op ? op.id : '', op]))
  return ({ key }) => {
    const op = all.get(/^\w+/.exec(key)![0])
    if (op?.do === 'job') return { value: op.value, fails: op.fails, ms: op.ms }
    return op?.do === 'wait' && op.answer !== undefined ? { value: op.answer, fails: false, ms: op.ms } : undefined
  }
}

function opsIn(ops: Ops): Op[] {
  return ops.flatMap((op): Op[] => {
    if (op.do === 'all' || op.do === 'race') return op.branches.flatMap(opsIn)
    if (op.do === 'if') return [...opsIn(op.then), ...opsIn(op.else)]
    return op.do === 'times' || op.do === 'catch' ? opsIn(op.body) : [op]
  })
}
