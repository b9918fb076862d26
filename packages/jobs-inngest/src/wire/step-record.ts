import type { StepKind, WaitCall } from '@cgk-platform/jobs-core/hosted'
import { type Json, type JobErrorInfo, notUnderstood } from '@cgk-platform/jobs-core/provider'

import { isLaterRecord, type Restart } from './attempt-record.ts'
import type { IncomingEvent } from './inngest-event.ts'
import { toEnvelope } from './to-envelope.ts'

/** The value that a native step of this library returns to Inngest: the output of the step and facts about it. */
export interface StepRecord {
  readonly v: 1
  readonly kind: StepKind | 'compensation' | 'check' | 'rest' | 'version' | 'failure'
  /** Absent if the step has no output. */
  readonly output?: Json
  /** Number of attempts started. */
  readonly attempts: number
  readonly maxAttempts?: number
  /** When the completed attempt started, epoch milliseconds. */
  readonly startedAt: number
  /** When the step ended, epoch milliseconds. */
  readonly endedAt: number
  /** The attempt of the run in which the step ended; absent for the first. */
  readonly runAttempt?: number
  /** The step's key, if the step has a compensation. */
  readonly compensable?: string
  /** Id of the run in the step's idempotency key; absent if it is the step's own run. */
  readonly origin?: string
  /** The `traceparent` of the request that ran it; absent without an instrumentation. */
  readonly traceparent?: string
  /** Set for a wait with `since` whose first look found no event. */
  readonly past?: PastWait
  /** Set in the step of the version if `step.restart` began the run again. */
  readonly restart?: Restart
  /** Set when the run has failed: the error, the step that failed, and the steps to compensate, in order. */
  readonly failure?: { readonly error: JobErrorInfo; readonly step?: string; readonly compensation: readonly string[] }
}

/** The facts of a wait with `since` whose first look found no event. Times are epoch milliseconds. */
export interface PastWait {
  /** Since when events count. */
  readonly since: number
  /** When the wait times out. */
  readonly until: number
  /** When the next delayed event is due; absent if there is none. */
  readonly dueAt?: number
  /** Why the wait failed; absent if it did not. */
  readonly error?: JobErrorInfo
}

/** The result of an ended step, as Inngest reports it. */
export type EndedStep =
  | { readonly type: 'data'; readonly data: unknown }
  | { readonly type: 'error'; readonly error: unknown }

/** The members of a step record that every version has. */
export type StepHeader = Pick<StepRecord, 'kind' | 'attempts' | 'maxAttempts' | 'startedAt' | 'endedAt' | 'output'>

/** Returns the record in a native step's output, if this library wrote it in this version. */
export function readStepRecord(data: unknown): StepRecord | undefined {
  return (data as Partial<StepRecord> | null)?.v === 1 ? (readStepHeader(data) as StepRecord | undefined) : undefined
}

/** Returns what a list shows of the record in a native step's output. A record of another version has no output. */
export function readStepHeader(data: unknown): StepHeader | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined
  const { v, kind, attempts, startedAt } = data as { -readonly [Name in keyof StepRecord]?: unknown }
  const isOurs = typeof kind === 'string' && typeof attempts === 'number' && typeof startedAt === 'number'
  if (typeof v !== 'number' || !isOurs) return undefined
  if (v === 1) return data as StepRecord
  const { output: _, ...header } = data as StepRecord
  return header
}

/** Returns what a workflow's steps require of the process that continues it, and this code does not understand. */
export function notUnderstoodIn(steps: ReadonlyMap<string, EndedStep>): string[] {
  const data = [...steps.values()].flatMap((step) => (step.type === 'data' ? [step.data] : []))
  return [...new Set(data.flatMap((one) => notUnderstoodBy(one)))]
}

/** Returns what the stored result of a workflow's step requires, and this code does not understand. */
export function notUnderstoodBy(data: unknown): readonly string[] {
  const { v, kind, name } = (data ?? {}) as { readonly v?: unknown; readonly kind?: unknown; readonly name?: unknown }
  if (typeof name === 'string' && kind === undefined) {
    const event = data as IncomingEvent
    const { result } = (event.data ?? {}) as { readonly result?: unknown }
    return notUnderstood(toEnvelope(event, 'any')).concat(isLaterRecord(result) ? ['attempt record'] : [])
  }
  return typeof v === 'number' && v !== 1 ? [`step record v${v}`] : []
}

const waitKinds: ReadonlySet<StepKind> = new Set<WaitCall['kind']>(['sleep', 'sleepUntil', 'waitForEvent'])

/** Returns true if the stored result of a native step can belong to a step of this kind. */
export function matchesKind(ended: EndedStep, kind: StepKind): boolean {
  // A wait for an event fails if it cannot look at the history.
  if (ended.type === 'error') return kind === 'waitForEvent' || !waitKinds.has(kind)
  const record = readStepRecord(ended.data)
  if (record) return record.kind === kind
  // Inngest's own steps have no record: a sleep stores null, a wait stores the event or null.
  if (kind === 'waitForEvent') return ended.data === null || typeof (ended.data as IncomingEvent).name === 'string'
  return ended.data === null && (kind === 'sleep' || kind === 'sleepUntil')
}
