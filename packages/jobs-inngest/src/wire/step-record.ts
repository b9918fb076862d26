import type { Json, JobErrorInfo, StepKind, WaitCall } from '@cgk-platform/jobs-core/provider'

/** What a native step of ours answers: the result itself could be nothing, and tells not what made it. */
export interface StepRecord {
  readonly v: 1
  readonly kind: StepKind | 'compensation' | 'look' | 'rest' | 'version' | 'failure'
  /** Absent where there was none. */
  readonly output?: Json
  /** Attempts begun. */
  readonly attempts: number
  readonly maxAttempts?: number
  /** When the attempt that completed began, and the step ended, epoch milliseconds. */
  readonly startedAt: number
  readonly endedAt: number
  /** The attempt of the run in which the step ended; absent in the first. */
  readonly runAttempt?: number
  /** The step's key, where the code gave a compensation with it. */
  readonly compensable?: string
  /** The run that the step's idempotency key is of; absent where it is its own. */
  readonly origin?: string
  /** Of a run that has failed: why, by which step, and those to be compensated, in their order. */
  readonly failure?: { readonly error: JobErrorInfo; readonly step?: string; readonly compensation: readonly string[] }
}

/** What Inngest tells of a step that has ended. */
export type EndedStep =
  | { readonly type: 'data'; readonly data: unknown }
  | { readonly type: 'error'; readonly error: unknown }

/** The record in what a native step answered, where it is one of ours. */
export function readStepRecord(data: unknown): StepRecord | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined
  const { v, kind, attempts, startedAt } = data as Partial<StepRecord>
  const isOurs = v === 1 && typeof kind === 'string' && typeof attempts === 'number' && typeof startedAt === 'number'
  return isOurs ? (data as StepRecord) : undefined
}

const waitKinds: ReadonlySet<StepKind> = new Set<WaitCall['kind']>(['sleep', 'sleepUntil', 'waitForEvent'])

/** Whether what was kept of a native step can be that of a step of this kind. */
export function fitsKind(ended: EndedStep, kind: StepKind): boolean {
  if (ended.type === 'error') return !waitKinds.has(kind)
  const record = readStepRecord(ended.data)
  if (record) return record.kind === kind
  // What Inngest itself did: a sleep leaves nothing, and a wait the event, or nothing.
  if (kind === 'waitForEvent') return true
  return ended.data === null && (kind === 'sleep' || kind === 'sleepUntil')
}
