import type { JobClient } from '../../src/client/job-client.ts'
import type { StepContext } from '../../src/jobs/steps.ts'
import type { Outcome } from '../../src/hooks/outcome.ts'
import { runAttempt } from '../../src/provider/run-attempt.ts'
import { defineWorkflow } from '../../src/jobs/define-workflow.ts'
import { createRecordedStepEngine } from '../../src/workflows/recorded-step-engine.ts'
import { attemptOptions, orderEnvelope } from '../kit/attempt-kit.ts'
import { createMemoryLogger, type LoggedLine } from '../kit/memory-logger.ts'
import { type WaitResults, CrashingStore, type StoreBehavior } from './crashing-store.ts'
import { type Crash, CrashingWorld, type Replay } from './crashing-world.ts'
import { playProgram } from './play-program.ts'
import { type Op, type Ops, type Program, runAttempts } from './program.ts'

/** The result of a program's run, over all replays. */
export interface RunResult {
  readonly outcome: Outcome
  readonly world: CrashingWorld
  /** The number of crashes during work, by its idempotency key. */
  readonly crashed: ReadonlyMap<string, number>
  readonly onFailureCalls: number
  readonly crashes: number
  readonly lines: readonly LoggedLine[]
}

/** More replays than any program of this size needs. */
const maxReplays = 400

/** Runs a program to its end. Every crash and every wait starts a new replay from the stored records. */
export async function runWithCrashes(
  program: Program,
  crashes: readonly Crash[],
  behavior: StoreBehavior,
): Promise<RunResult> {
  const world = new CrashingWorld(crashes)
  const store = new CrashingStore(world, behavior, waitResultsOf(program))
  const crashed = new Map<string, number>()
  const { logger, lines } = createMemoryLogger()
  let onFailureCalls = 0
  let seen = 0
  let attempt = 1
  let startedAt: number | undefined
  for (let replays = 0; replays < maxReplays; replays++) {
    let hasCrashed = false
    const replay: Replay = { isAlive: true, started: new Set(), crashed: () => (hasCrashed = true) }
    const definition = defineWorkflow({
      id: 'program',
      event: 'order.created',
      retry: { maxAttempts: runAttempts, backoff: 'fixed', initialDelay: 5 },
      steps: (_event, step, context) => playProgram(program, { step, context, world, replay }),
      onFailure: () => void (replay.isAlive && onFailureCalls++),
    })
    let outcome: Outcome | undefined
    const steps = createRecordedStepEngine(store.open(replay))
    const options = attemptOptions({
      ...{ attempt, logger, clock: world.clockOf(replay), client: clientOf(world, replay) },
      replay: { startedAt, steps },
    })
    void runAttempt(definition, orderEnvelope(), options).then((ended) => (outcome = ended))
    await world.until(() => (hasCrashed || outcome ? true : undefined))
    store.close()
    if (hasCrashed || world.isDeadAt(replay)) {
      seen++
      for (const key of store.unsavedWork(replay)) crashed.set(key, (crashed.get(key) ?? 0) + 1)
      await sleep(world, world.downMs)
      continue
    }
    if (outcome?.type === 'suspended') {
      startedAt ??= world.now
      await resume(world, store, outcome.wakeAt)
    } else if (outcome?.type === 'retry') {
      startedAt = undefined
      attempt++
      await sleep(world, outcome.afterMs)
    } else return { outcome: outcome!, world, crashed, onFailureCalls, crashes: seen, lines }
  }
  throw new Error(`The run did not end in ${maxReplays} replays.`)
}

async function sleep(world: CrashingWorld, ms: number): Promise<void> {
  let isOver = false
  world.later(ms, () => (isOver = true))
  await world.until(() => isOver || undefined)
}

/** Waits like an engine: until `wakeAt`, or until a wait is resolved. */
async function resume(world: CrashingWorld, store: CrashingStore, wakeAt: number | undefined): Promise<void> {
  const alarm = wakeAt === undefined ? undefined : world.later(Math.max(0, wakeAt - world.now), () => undefined)
  await world.until(() => store.isWoken || (wakeAt !== undefined && world.now >= wakeAt) || undefined)
  alarm?.cancel()
}

/** Creates a client that sends nothing. The id of a job is derived from its idempotency key. */
function clientOf(world: CrashingWorld, replay: Replay): JobClient {
  const sendJob = async (_event: string, _payload: unknown, { idempotencyKey }: StepContext) => {
    await world.checkpoint(replay)
    return { id: `job_of_${idempotencyKey}` }
  }
  return { forTenant: () => ({ sendJob }) } as unknown as JobClient
}

function waitResultsOf({ ops }: Program): WaitResults {
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
