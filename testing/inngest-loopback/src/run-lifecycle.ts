import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { LoopbackFunction } from './app.ts'
import { parseDurationText } from './duration-text.ts'
import { createUlid } from './event-ids.ts'
import { toFinishEvents } from './finish-events.ts'
import { flowKeys } from './flow-keys.ts'
import type { Queue } from './queue.ts'
import { runPriority } from './run-priority.ts'
import { isEnded, type Output, type Run, type RunStatus } from './run.ts'
import type { RunStore } from './run-store.ts'
import type { EventPayload, StoredEvent } from './stored-event.ts'
import type { WaitStore } from './wait-store.ts'

const idempotencyMs = 24 * 60 * 60_000

/** Options of a new run. */
export interface ScheduleOptions {
  readonly originalRunId?: string
  readonly cronSchedule?: string
  readonly atMs?: number
}

/** Starts and ends runs. */
export interface RunLifecycle {
  /** Creates a run. Returns undefined if the function already ran for this event within a day. */
  schedule(fn: LoopbackFunction, event: StoredEvent, options?: ScheduleOptions): Run | undefined
  /** Marks a run as started, at its first request to the app. */
  start(run: Run, fn: LoopbackFunction): void
  finish(run: Run, status: RunStatus, output?: Output): void
  cancel(run: Run): void
}

/** Creates the run lifecycle of one engine. */
export function createRunLifecycle(options: {
  readonly clock: Clock
  readonly queue: Queue
  readonly runs: RunStore
  readonly waits: WaitStore
  readonly startDelayMs: number
  nameOf(functionId: string): string
  send(event: EventPayload): void
}): RunLifecycle {
  const { clock, queue, runs, waits, startDelayMs, nameOf, send } = options
  const seen = new Map<string, number>()

  const isDuplicate = (fn: LoopbackFunction, event: StoredEvent): boolean => {
    const key = JSON.stringify([fn.id, event.event.id])
    const before = seen.get(key)
    if (before !== undefined && clock.now() - before < idempotencyMs) return true
    seen.set(key, clock.now())
    return false
  }
  const cancelAfter = (run: Run, duration: string | undefined, stillApplies: () => boolean): void => {
    const ms = duration && parseDurationText(duration)
    if (ms) clock.setTimer(ms, () => stillApplies() && cancel(run)).hold(false)
  }
  const cancel = (run: Run): void => finish(run, 'CANCELLED')
  const finish = (run: Run, status: RunStatus, output?: Output): void => {
    if (output) run.latestOutput = output
    run.finishes.push({ status, atMs: clock.now(), ...(output && { output }) })
    if (isEnded(run.status)) return // a late result is stored, but changes nothing
    run.status = status
    queue.removeRun(run)
    waits.removeRun(run)
    for (const event of toFinishEvents(run, nameOf(run.functionId), output)) send(event)
  }

  return {
    schedule(fn, event, { originalRunId, cronSchedule, atMs = event.event.ts } = {}) {
      if (!originalRunId && isDuplicate(fn, event)) return undefined
      const now = clock.now()
      const run: Run = {
        id: createUlid(now),
        functionId: fn.id,
        events: [event],
        ...(originalRunId && { originalRunId }),
        ...(cronSchedule && { cronSchedule }),
        queuedAtMs: now,
        keys: flowKeys(fn, event),
        status: 'QUEUED',
        finishes: [],
        steps: new Map(),
        pendingSteps: new Set(),
        jobs: new Set(),
        disableImmediateExecution: false,
        requestVersion: -1,
        spans: [],
      }
      runs.add(run)
      for (const { event: eventName, if: expression, timeout } of fn.config.cancel ?? []) {
        const resume = (came: StoredEvent | undefined): void => {
          if (came) cancel(run)
        }
        const expiresInMs = timeout === undefined ? undefined : parseDurationText(timeout)
        waits.add({ run, eventName, expression, expiresInMs, notBefore: run.id, resume })
      }
      cancelAfter(run, fn.config.timeouts?.start, () => run.status === 'QUEUED')
      const startsAt = Math.max(now + startDelayMs, atMs)
      const { maxAttempts } = fn
      const turnMs = startsAt - runPriority(fn, event) * 1000
      const start = { attempt: 0, maxAttempts, atMs: startsAt, turnMs, isStart: true as const, generation: 0 }
      queue.add({ id: createUlid(now), run, ...start })
      return run
    },
    start(run, fn) {
      if (run.startedAtMs !== undefined) return
      run.startedAtMs = clock.now()
      run.status = 'RUNNING'
      cancelAfter(run, fn.config.timeouts?.finish, () => !isEnded(run.status))
    },
    finish,
    cancel: (run) => void (isEnded(run.status) || cancel(run)),
  }
}
