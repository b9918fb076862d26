import type { Clock } from '@cgk-platform/jobs-core/provider'
import { requestModel } from './ai-gateway.ts'
import { type Op, type RetryHints, toError } from './app-response.ts'
import { parseDurationText, sleepMs } from './duration-text.ts'
import { createUlid } from './event-ids.ts'
import type { Queue, QueueItem } from './queue.ts'
import type { Run } from './run.ts'
import { isEnded } from './run.ts'
import type { RunLifecycle } from './run-lifecycle.ts'
import type { Signals } from './signals.ts'
import { addSpan, addStepSpan } from './spans.ts'
import { toStepError } from './step-error.ts'
import type { StoredEvent } from './stored-event.ts'
import type { WaitStore } from './wait-store.ts'

/** Executes the operations in an app's response (pkg/execution/executor/executor.go). */
export interface OpHandlers {
  /** Returns true if the request must be repeated. */
  handle(item: QueueItem, ops: readonly Op[], hints: RetryHints): boolean
  /** Adds steps of a cancelled run that ended after the cancel to its trace. */
  recordLateSteps(item: QueueItem, ops: readonly Op[]): void
  /** Stores a step's result. Returns false if it was stored already. */
  saveStep(run: Run, id: string, value: unknown): boolean
  /** Calls the app again once no step planned in parallel is running, or at once with `race`. */
  continueRun(item: Pick<QueueItem, 'run' | 'maxAttempts'>, id: string, race?: boolean): void
}

/** Operations that end later. The engine then waits for all operations of the same response. */
const planOps = new Set(['StepPlanned', 'Sleep', 'WaitForEvent', 'WaitForSignal', 'AIGateway'])

/** Creates the handlers of one engine. */
export function createOpHandlers(options: {
  readonly clock: Clock
  readonly queue: Queue
  readonly waits: WaitStore
  readonly signals: Pick<Signals, 'wait'>
  readonly lifecycle: Pick<RunLifecycle, 'finish'>
  retryDelayMs(attempt: number): number
}): OpHandlers {
  const { clock, queue, waits, signals, lifecycle, retryDelayMs } = options

  const enqueue = (
    { run, maxAttempts }: Pick<QueueItem, 'run' | 'maxAttempts'>,
    job: string,
    fields: Partial<QueueItem>,
  ): void => {
    if (run.jobs.has(job)) return
    run.jobs.add(job)
    const now = clock.now()
    queue.add({ id: createUlid(now), run, maxAttempts, attempt: 0, atMs: now, generation: 0, ...fields })
  }
  const saveStep = (run: Run, id: string, value: unknown): boolean => {
    run.pendingSteps.delete(id)
    if (run.steps.has(id)) return false
    run.steps.set(id, value)
    return true
  }
  const continueRun = (item: Pick<QueueItem, 'run' | 'maxAttempts'>, id: string, race = false): void => {
    const { run } = item
    if (run.pendingSteps.size > 0 && !race) return
    if (run.requestVersion >= 2) run.disableImmediateExecution = false
    enqueue(item, `${id}-discover`, { outgoing: id })
  }
  const endStep = (item: QueueItem, op: Op, value: { data: unknown } | { error: unknown }): void => {
    addStepSpan(item.run, op, clock.now(), value)
    saveStep(item.run, op.id, value)
    continueRun(item, op.id, isRace(op))
  }
  const wait = (
    item: QueueItem,
    op: Op,
    stepOp: 'SLEEP' | 'WAIT_FOR_EVENT' | 'WAIT_FOR_SIGNAL',
  ): { end(value: unknown): void } => {
    const { run } = item
    const now = clock.now()
    const name = op.displayName ?? op.id
    const times = { queuedAtMs: now, startedAtMs: now }
    const span = addSpan(run, { name, stepId: op.id, stepOp, status: 'WAITING', ...times })
    return {
      end(value) {
        span.endedAtMs = clock.now()
        span.status = 'COMPLETED'
        if (value !== null) span.output = { data: value }
        if (saveStep(run, op.id, value)) continueRun(item, op.id, isRace(op) && !forgetsRace(op))
      },
    }
  }

  const handlers: Record<string, (item: QueueItem, op: Op, hints: RetryHints) => boolean | void> = {
    None: () => {},
    Step: (item, op) => endStep(item, op, op.data as { data: unknown }),
    StepRun: (item, op) => endStep(item, op, { data: op.data ?? null }),
    StepFailed: (item, op) => endStep(item, op, { error: toStepError(op.error) }),
    StepError(item, op, { noRetry }) {
      if (noRetry || item.attempt + 1 >= item.maxAttempts) return endStep(item, op, { error: toStepError(op.error) })
      addStepSpan(item.run, op, clock.now(), { error: toStepError(op.error) })
      return true
    },
    StepPlanned: (item, op) => enqueue(item, `${op.id}-plan`, { stepId: op.id }),
    Sleep(item, op) {
      const { end } = wait(item, op, 'SLEEP')
      const now = clock.now()
      const atMs = now + sleepMs(op.opts?.duration ?? op.name ?? '', now)
      enqueue(item, `${op.id}-sleep`, { atMs, afterSleep: () => end(null) })
    },
    WaitForEvent(item, op) {
      if (item.run.jobs.has(`${op.id}-wait`)) return
      item.run.jobs.add(`${op.id}-wait`)
      const { end } = wait(item, op, 'WAIT_FOR_EVENT')
      const opts = op.opts ?? {}
      waits.add({
        run: item.run,
        eventName: opts.event ?? op.name ?? '',
        expression: opts.if,
        expiresInMs: timeoutMs(opts.timeout ?? '', clock.now()),
        resume: (event: StoredEvent | undefined) => end(event ? { user: {}, ...event.event } : null),
      })
    },
    WaitForSignal(item, op) {
      const { signal = '', conflict, timeout = '' } = op.opts ?? {}
      if (item.run.jobs.has(`${op.id}-signal`)) return false
      const resume = (received: unknown): void => ended.end(received === undefined ? null : { data: received })
      const expiresInMs = timeoutMs(timeout, clock.now())
      if (!signals.wait({ run: item.run, signal, replaces: conflict === 'replace', expiresInMs, resume })) return true
      item.run.jobs.add(`${op.id}-signal`)
      const ended = wait(item, op, 'WAIT_FOR_SIGNAL')
      return false
    },
    AIGateway(item, op) {
      const { run, attempt, maxAttempts } = item
      const job = `${op.id}-ai-${attempt}`
      if (run.jobs.has(job)) return
      run.jobs.add(job)
      void requestModel(op.opts ?? {}).then((response) => {
        if (isEnded(run.status)) return
        const isFinal = 'data' in response || attempt + 1 >= maxAttempts
        if (isFinal) return endStep(item, op, response)
        enqueue(item, `${job}-retry`, { attempt: attempt + 1, atMs: clock.now() + retryDelayMs(attempt) })
      })
    },
    DiscoveryRequest: (item, op) => continueRun(item, op.id, true),
    RunComplete: (item, op) => lifecycle.finish(item.run, 'COMPLETED', { data: op.data ?? null }),
  }

  return {
    handle(item, ops, hints) {
      const planned = ops.filter(({ op }) => op !== 'DeferAdd' && op !== 'DeferAbort')
      if (planned.length > 1) {
        item.run.disableImmediateExecution = true
        const together = item.run.requestVersion >= 2 && planned.some(({ op }) => planOps.has(op))
        if (together) for (const { id } of planned) item.run.pendingSteps.add(id)
      }
      let repeat = false
      for (const op of ops) {
        const handler = handlers[op.op]
        if (handler) repeat = handler(item, op, hints) === true || repeat
        else lifecycle.finish(item.run, 'FAILED', { error: toError(`The loopback engine does not support ${op.op}.`) })
      }
      return repeat
    },
    recordLateSteps({ run }, ops) {
      for (const op of ops) {
        if (op.op === 'StepRun') addStepSpan(run, op, clock.now(), { data: op.data ?? null })
      }
    },
    saveStep,
    continueRun,
  }
}

/** Whether a wait loses its race mode: the real server drops options if the expression refers to the run's event. */
const forgetsRace = (op: Op): boolean => op.opts?.if?.includes('event.') ?? false

const isRace = (op: Op): boolean => op.opts?.parallelMode === 'race'

const timeoutMs = (text: string, nowMs: number): number | undefined => {
  const date = text.length >= 10 ? Date.parse(text) : NaN
  return Number.isNaN(date) ? parseDurationText(text) : Math.max(0, date - nowMs)
}
