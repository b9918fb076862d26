import { datePathsIn } from './date-paths-in.ts'
import { type EventMessage, type JobContext, type JobEvent, type Steps, waitForJob } from '@cgk-platform/jobs-core'
import type { StepContext } from '@cgk-platform/jobs-core/hosted'
import type { EventDefinition } from '@cgk-platform/jobs-core/tools'

import { enclosingMiddleware } from './enclosing-middleware.ts'
import { journalOfProcess, record, type JournalEntryKind } from './journal.ts'
import { invalidOutput } from './invalid-output.ts'
import { isReleased, scriptedError, waitFor, waitForRelease } from './perform-script.ts'
import { approval } from './conformance-events.ts'
import { conformanceClock } from './settings.ts'
import { stringOfJsonBytes } from './string-of-json-bytes.ts'
import type { StepScript, WorkflowOp, WorkflowProgram } from './workflow-program.ts'

/** The context in which a program runs. */
export interface ProgramRun {
  readonly definition: string
  readonly event: EventMessage
  readonly step: Steps
  readonly context: JobContext
  /** The definitions that programs can run as jobs. */
  readonly jobs: readonly EventDefinition[]
  /** The generation of the code. */
  readonly generation: number
}

/** Runs the event's program as the code of the suite's workflows. Returns the result of each operation. */
export async function performProgram(run: ProgramRun): Promise<unknown[]> {
  const { event, context, definition } = run
  const { program = [] } = event.payload as unknown as { program?: WorkflowProgram }
  const replay = countReplays(definition, context) + 1
  recordEntry(run, 'replay', { replay })
  const results = await sequence(program, { ...run, replay })
  return results
}

interface ProgramReplay extends ProgramRun {
  readonly replay: number
}

async function sequence(program: WorkflowProgram, run: ProgramReplay): Promise<unknown[]> {
  const results: unknown[] = []
  for (const op of program) results.push(...(await perform(op, results.at(-1), run)))
  return results
}

async function perform(op: WorkflowOp, last: unknown, run: ProgramReplay): Promise<unknown[]> {
  const { step, event, context, jobs } = run
  switch (op.do) {
    case 'run':
      return [orNull(withNamedItems(await runStep(op, run)))]
    case 'sleep':
      await step.sleep(op.id, op.ms)
      return []
    case 'sleepUntil':
      await step.sleepUntil(op.id, new Date(event.sentAt.getTime() + op.afterSendMs))
      return []
    case 'wait': {
      const { timeoutMs: timeout, since } = op
      const options = { timeout, since, ...(op.match !== undefined && { match: op.match as never }) }
      const awaited = await step.waitForEvent(op.id, (op.event ?? 'conformance.awaited') as JobEvent, options)
      if (!awaited) return [null]
      const { id, name, payload, sentAt } = awaited
      const datePaths = datePathsIn(payload)
      return [{ id, name, payload, sentAt: sentAt.toISOString(), ...(datePaths.length > 0 && { datePaths }) }]
    }
    case 'signal':
      return [await step.waitForSignal(op.id, approval(), { timeout: op.timeoutMs })]
    case 'send': {
      const job = jobs.find(({ id }) => id === op.definition)
      const target = (job ?? op.event ?? 'conformance.plain') as JobEvent
      return [await step.sendEvent(op.id, target, { ...op.payload } as never, op.options)]
    }
    case 'job': {
      const job = jobs.find(({ id }) => id === (op.definition ?? 'conformance-plain'))
      const { script = {}, program = [], tenantId } = op
      const payload = { script, program, ...(tenantId !== undefined && { tenantId }) }
      return [orNull(await step.runJob(op.id, job!, payload as never, op.options))]
    }
    case 'all':
      return [await Promise.all(op.branches.map((branch) => sequence(branch, run)))]
    case 'race':
      return [await Promise.race(op.branches.map((branch) => sequence(branch, run)))]
    case 'settled':
      return [(await Promise.allSettled(op.branches.map((branch) => sequence(branch, run)))).map(toSettled)]
    case 'times': {
      const results: unknown[] = []
      for (let count = 0; count < op.count; count++) results.push(...(await sequence(op.program, run)))
      return results
    }
    case 'if':
      return sequence(last === op.lastIs ? op.then : op.else, run)
    case 'catch':
      try {
        return await sequence(op.program, run)
      } catch (error) {
        return [toErrorJson(error)]
      }
    case 'throw':
      if (context.attempt > (op.failure.attempts ?? Number.POSITIVE_INFINITY)) return []
      throw scriptedError(op.failure, context)
    case 'awaitJob':
      await waitForJob(op.jobId)
      return []
    case 'await':
      await new Promise<void>((resolve) => void conformanceClock().setTimer(op.ms, resolve))
      return []
    case 'changed':
      return sequence(run.replay === 1 ? op.before : op.after, run)
    case 'deployed':
      return sequence(run.generation < op.generation ? op.before : op.after, run)
    case 'generation':
      return [run.generation]
    case 'patched':
      return [await step.patched(op.id)]
    case 'restart':
      return step.restart({ program: op.program, ...op.payload } as never)
    case 'late':
      conformanceClock().setTimer(20, () => {
        step
          .run(op.id, () => recordEntry(run, 'step', { step: op.id, attempt: 1, idempotencyKey: '' }))
          .catch((error: unknown) => recordEntry(run, 'refused', toErrorJson(error)))
      })
      return []
  }
}

function runStep(op: Extract<WorkflowOp, { do: 'run' }>, run: ProgramReplay): Promise<unknown> {
  const { id, script = {}, compensation, retry, timeout } = op
  return run.step.run(id, (context) => work(id, 'step', script, context, run), {
    ...(retry && { retry }),
    ...(timeout !== undefined && { timeout }),
    ...(compensation && {
      compensate: (output, context) => work(id, 'compensation', compensation, context, run, output),
    }),
  })
}

async function work(
  id: string,
  kind: 'step' | 'compensation',
  script: StepScript,
  stepContext: StepContext,
  run: ProgramReplay,
  compensated?: unknown,
): Promise<unknown> {
  const { attempt, maxAttempts, idempotencyKey, signal } = stepContext
  recordEntry(run, kind, {
    step: id,
    attempt,
    maxAttempts,
    idempotencyKey,
    ...(compensated !== undefined && { compensated }),
  })
  if (script.nests !== undefined) await run.step.run(script.nests, () => undefined)
  if (script.awaits !== undefined) await waitForJob(script.awaits)
  const pause = (ms: number): Promise<void> =>
    waitFor(ms, signal, () => recordEntry(run, 'aborted', { step: id }), script.ignoresSignal)
  if (script.waitMs !== undefined) await pause(script.waitMs)
  if (script.isHeld) await waitForRelease(run.context, pause)
  if (script.failure && fails(script.failure, kind, id, attempt, run)) {
    recordEntry(run, 'threw', { step: id, attempt })
    throw scriptedError(script.failure, { attempt })
  }
  if (script.failsUntilReleased && !isReleased(run.context)) throw new Error('not released')
  recordEntry(run, kind === 'step' ? 'stepEnded' : 'compensated', { step: id, attempt })
  if (script.returnsOdd === 'date') return { at: new Date(0), list: [1, null] }
  if (script.returnsOdd !== undefined) return invalidOutput(script.returnsOdd)
  if (script.returnsBytes !== undefined) return stringOfJsonBytes(script.returnsBytes)
  return script.returns
}

/** Counts runs across `retryJob` with the journal, because a run does not know earlier ones. */
function fails(
  { attempts, runs }: { attempts?: number; runs?: number },
  kind: JournalEntryKind,
  id: string,
  attempt: number,
  { definition, context }: ProgramReplay,
): boolean {
  if (attempt > (attempts ?? Number.POSITIVE_INFINITY)) return false
  if (runs === undefined) return true
  const { jobId } = context
  const tried = journalOfProcess().read({ jobId, definition, kind }, ({ details }) => details['step'] === id)
  return new Set(tried.map(({ runId }) => runId)).size <= runs
}

function countReplays(definition: string, { jobId, runId }: JobContext): number {
  return journalOfProcess().read({ jobId, runId, definition, kind: 'replay' }).length
}

function recordEntry(
  { definition, context }: ProgramRun,
  kind: JournalEntryKind,
  details: Readonly<Record<string, unknown>>,
): void {
  const { jobId, runId, attempt, maxAttempts, tenantId } = context
  record({
    kind,
    definition,
    jobId,
    runId,
    attempt,
    maxAttempts,
    tenantId,
    details: { ...details, layers: enclosingMiddleware() },
  })
}

/** Converts an error to JSON. */
function toErrorJson(error: unknown): Record<string, unknown> {
  const { name, message, code, cause } = error as Error & { code?: string }
  return {
    name,
    message,
    ...(code !== undefined && { code }),
    ...(cause instanceof Error && { cause: toErrorJson(cause) }),
  }
}

function toSettled(result: PromiseSettledResult<unknown>): unknown {
  return result.status === 'fulfilled' ? result.value : toErrorJson(result.reason)
}

/** Shows each item that is `undefined`, which the output of the run would show as `null`. */
function withNamedItems(value: unknown): unknown {
  return Array.isArray(value) ? value.map((item: unknown) => (item === undefined ? 'undefined' : item)) : value
}

function orNull(value: unknown): unknown {
  return value === undefined ? null : value
}
