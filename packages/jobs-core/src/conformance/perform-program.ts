import type { JobEvent } from '../events/job-events.ts'
import type { EventMessage } from '../jobs/event-message.ts'
import type { JobContext } from '../jobs/job-context.ts'
import type { EventDefinition } from '../jobs/definition.ts'
import type { StepContext, Steps } from '../workflows/steps.ts'
import { enclosingMiddleware } from './enclosing-middleware.ts'
import { createJournalReader, record, type Observation } from './journal.ts'
import { invalidOutput } from './invalid-output.ts'
import { scriptedError, waitFor } from './perform-script.ts'
import { conformanceClock, journalPath } from './settings.ts'
import { stringOfJsonBytes } from './string-of-json-bytes.ts'
import type { StepScript, WorkflowOp, WorkflowProgram } from './workflow-program.ts'

/** What a program is performed with. */
export interface ProgramContext {
  readonly definition: string
  readonly event: EventMessage
  readonly step: Steps
  readonly context: JobContext
  /** The definitions that programs may run as jobs. */
  readonly jobs: readonly EventDefinition[]
}

/** The code of the suite's workflows: does what the event's program says, and answers what came of each thing. */
export async function performProgram(parts: ProgramContext): Promise<unknown[]> {
  const { event, context, definition } = parts
  const { program = [] } = event.payload as unknown as { program?: WorkflowProgram }
  const pass = countReplays(definition, context) + 1
  note(parts, 'pass', { pass })
  const results = await sequence(program, { ...parts, pass })
  return results
}

interface ReplayContext extends ProgramContext {
  readonly pass: number
}

async function sequence(program: WorkflowProgram, parts: ReplayContext): Promise<unknown[]> {
  const results: unknown[] = []
  for (const op of program) results.push(...(await perform(op, results.at(-1), parts)))
  return results
}

async function perform(op: WorkflowOp, last: unknown, parts: ReplayContext): Promise<unknown[]> {
  const { step, event, context, jobs } = parts
  switch (op.do) {
    case 'run':
      return [orNull(await runStep(op, parts))]
    case 'sleep':
      await step.sleep(op.id, op.ms)
      return []
    case 'sleepUntil':
      await step.sleepUntil(op.id, new Date(event.sentAt.getTime() + op.afterSendMs))
      return []
    case 'wait': {
      const options = { timeout: op.timeoutMs, ...(op.match !== undefined && { match: op.match as never }) }
      const awaited = await step.waitForEvent(op.id, (op.event ?? 'conformance.awaited') as JobEvent, options)
      if (!awaited) return [null]
      const { id, name, payload, sentAt } = awaited
      return [{ id, name, payload, sentAt: sentAt.toISOString() }]
    }
    case 'send':
      return [await step.sendEvent(op.id, (op.event ?? 'conformance.plain') as JobEvent, { ...op.payload } as never)]
    case 'job': {
      const job = jobs.find(({ id }) => id === (op.definition ?? 'conformance-plain'))
      return [orNull(await step.runJob(op.id, job!, { script: op.script ?? {} } as never))]
    }
    case 'all':
      return [await Promise.all(op.branches.map((branch) => sequence(branch, parts)))]
    case 'race':
      return [await Promise.race(op.branches.map((branch) => sequence(branch, parts)))]
    case 'settled':
      return [(await Promise.allSettled(op.branches.map((branch) => sequence(branch, parts)))).map(toSettled)]
    case 'times': {
      const results: unknown[] = []
      for (let count = 0; count < op.count; count++) results.push(...(await sequence(op.program, parts)))
      return results
    }
    case 'if':
      return sequence(last === op.lastIs ? op.then : op.else, parts)
    case 'catch':
      try {
        return await sequence(op.program, parts)
      } catch (error) {
        return [toWords(error)]
      }
    case 'throw':
      if (context.attempt > (op.failure.attempts ?? Number.POSITIVE_INFINITY)) return []
      throw scriptedError(op.failure, context)
    case 'await':
      await new Promise<void>((resolve) => void conformanceClock().setTimer(op.ms, resolve))
      return []
    case 'changed':
      return sequence(parts.pass === 1 ? op.before : op.after, parts)
    case 'late':
      conformanceClock().setTimer(20, () => {
        step
          .run(op.id, () => note(parts, 'step', { step: op.id, attempt: 1, idempotencyKey: '' }))
          .catch((error: unknown) => note(parts, 'refused', toWords(error)))
      })
      return []
  }
}

function runStep(op: Extract<WorkflowOp, { do: 'run' }>, parts: ReplayContext): Promise<unknown> {
  const { id, script = {}, compensation, retry, timeout } = op
  return parts.step.run(id, (context) => work(id, 'step', script, context, parts), {
    ...(retry && { retry }),
    ...(timeout !== undefined && { timeout }),
    ...(compensation && {
      compensate: (output, context) => work(id, 'compensation', compensation, context, parts, output),
    }),
  })
}

async function work(
  id: string,
  what: 'step' | 'compensation',
  script: StepScript,
  stepContext: StepContext,
  parts: ReplayContext,
  compensated?: unknown,
): Promise<unknown> {
  const { attempt, maxAttempts, idempotencyKey, signal } = stepContext
  note(parts, what, {
    step: id,
    attempt,
    maxAttempts,
    idempotencyKey,
    ...(compensated !== undefined && { compensated }),
  })
  if (script.nests !== undefined) await parts.step.run(script.nests, () => undefined)
  if (script.waitMs !== undefined) await waitFor(script.waitMs, signal, () => note(parts, 'aborted', { step: id }))
  if (script.failure && fails(script.failure, what, id, attempt, parts)) {
    note(parts, 'threw', { step: id, attempt })
    throw scriptedError(script.failure, { attempt })
  }
  note(parts, what === 'step' ? 'stepEnded' : 'compensated', { step: id, attempt })
  if (script.returnsOdd === 'date') return { at: new Date(0), list: [1, null] }
  if (script.returnsOdd !== undefined) return invalidOutput(script.returnsOdd)
  if (script.returnsBytes !== undefined) return stringOfJsonBytes(script.returnsBytes)
  return script.returns
}

/** `runs` counts over retries by hand, by the journal: a run does not know of those before it. */
function fails(
  { attempts, runs }: { attempts?: number; runs?: number },
  what: string,
  id: string,
  attempt: number,
  { definition, context }: ReplayContext,
): boolean {
  if (attempt > (attempts ?? Number.POSITIVE_INFINITY)) return false
  if (runs === undefined) return true
  const tried = createJournalReader(journalPath()!).read(
    (entry) =>
      entry.jobId === context.jobId &&
      entry.definition === definition &&
      entry.what === what &&
      entry.seen['step'] === id,
  )
  return new Set(tried.map(({ runId }) => runId)).size <= runs
}

function countReplays(definition: string, { runId }: JobContext): number {
  const passes = createJournalReader(journalPath()!).read(
    (entry) => entry.what === 'pass' && entry.runId === runId && entry.definition === definition,
  )
  return passes.length
}

function note(
  { definition, context }: ProgramContext,
  what: Observation,
  seen: Readonly<Record<string, unknown>>,
): void {
  const { jobId, runId, attempt, maxAttempts, tenantId } = context
  record({
    what,
    definition,
    jobId,
    runId,
    attempt,
    maxAttempts,
    tenantId,
    seen: { ...seen, layers: enclosingMiddleware() },
  })
}

/** An error as words that JSON carries. */
function toWords(error: unknown): Record<string, unknown> {
  const { name, message, code, cause } = error as Error & { code?: string }
  return {
    name,
    message,
    ...(code !== undefined && { code }),
    ...(cause instanceof Error && { cause: toWords(cause) }),
  }
}

function toSettled(result: PromiseSettledResult<unknown>): unknown {
  return result.status === 'fulfilled' ? result.value : toWords(result.reason)
}

function orNull(value: unknown): unknown {
  return value === undefined ? null : value
}
