import type { StepRecord } from './workflow-record.ts'

/** The traces that earlier replays of a run have left. */
export interface ReplayHistory {
  /** The `traceparent` of the last replay that called a new step; absent if none has one. */
  readonly traceparent: string | undefined
  /** Whether an earlier replay called a step. */
  readonly hasSteps: boolean
  /** Returns true if a step was called in an earlier replay. */
  hasBegun(key: string): boolean
}

/** Returns what the records of a run's steps tell about its earlier replays. */
export function replayHistoryOf(steps: readonly Pick<StepRecord, 'key' | 'traceparent'>[]): ReplayHistory {
  const keys = new Set(steps.map(({ key }) => key))
  return {
    traceparent: steps.findLast(({ traceparent }) => traceparent !== undefined)?.traceparent,
    hasSteps: steps.length > 0,
    hasBegun: (key) => keys.has(key),
  }
}
