import type { StepKind, WaitCall } from '@cgk-platform/jobs-core/hosted'
import type { Json, JobErrorInfo } from '@cgk-platform/jobs-core/provider'

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
  /** Set when the run has failed: the error, the step that failed, and the steps to compensate, in order. */
  readonly failure?: { readonly error: JobErrorInfo; readonly step?: string; readonly compensation: readonly string[] }
}

/** The result of an ended step, as Inngest reports it. */
export type EndedStep =
  | { readonly type: 'data'; readonly data: unknown }
  | { readonly type: 'error'; readonly error: unknown }

/** Returns the record in a native step's output, if this library wrote it. */
export function readStepRecord(data: unknown): StepRecord | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined
  const { v, kind, attempts, startedAt } = data as Partial<StepRecord>
  const isOurs = v === 1 && typeof kind === 'string' && typeof attempts === 'number' && typeof startedAt === 'number'
  return isOurs ? (data as StepRecord) : undefined
}

const waitKinds: ReadonlySet<StepKind> = new Set<WaitCall['kind']>(['sleep', 'sleepUntil', 'waitForEvent'])

/** Returns true if the stored result of a native step can belong to a step of this kind. */
export function matchesKind(ended: EndedStep, kind: StepKind): boolean {
  if (ended.type === 'error') return !waitKinds.has(kind)
  const record = readStepRecord(ended.data)
  if (record) return record.kind === kind
  // Inngest's own steps have no record: a sleep stores null, a wait stores the event or null.
  if (kind === 'waitForEvent') return true
  return ended.data === null && (kind === 'sleep' || kind === 'sleepUntil')
}
