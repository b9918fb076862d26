import type {
  CompletedWaitpoint,
  IdempotencyKeyOptionsSchema,
  RetryOptions,
  RunAnnotations,
  TaskRunError,
  TaskRunExecutionStatus,
  TaskRunStatus,
} from '@trigger.dev/core/v3'

/** One step in the life of a run; a worker names the one it knows, and an older one is refused. */
export interface Snapshot {
  readonly id: string
  readonly friendlyId: string
  readonly executionStatus: TaskRunExecutionStatus
  readonly description: string
  readonly createdAt: Date
  readonly runStatus: TaskRunStatus
  readonly attemptNumber: number | null
  readonly completedWaitpoints: readonly CompletedWaitpoint[]
}

/** A serialised value and how it is serialised. */
export interface Packet {
  readonly data?: string
  readonly dataType: string
}

/** A run as the server keeps it. */
export interface Run {
  readonly id: string
  readonly friendlyId: string
  readonly taskIdentifier: string
  readonly payload: Packet
  readonly queue: string
  readonly concurrencyKey: string | undefined
  readonly depth: number
  readonly isTest: boolean
  readonly createdAt: Date
  readonly parentId: string | undefined
  readonly rootId: string | undefined
  readonly resumeParentOnCompletion: boolean
  readonly replayedFrom: string | undefined
  readonly scheduleId: string | undefined
  readonly batchId: string | undefined
  readonly priorityMs: number
  readonly traceContext: Record<string, unknown>
  readonly annotations: RunAnnotations
  readonly idempotencyKeyOptions: IdempotencyKeyOptionsSchema | undefined
  /** What it was sent with, for a replay. */
  readonly seedMetadata: Packet
  /** Where it stands in its queue. */
  queueTimestamp: Date
  idempotencyKey: string | undefined
  idempotencyKeyExpiresAt: Date | undefined
  status: TaskRunStatus
  tags: string[]
  metadata: Packet
  ttl: string | undefined
  delayUntil: Date | undefined
  updatedAt: Date
  startedAt: Date | undefined
  completedAt: Date | undefined
  expiredAt: Date | undefined
  attemptNumber: number | undefined
  maxAttempts: number | undefined
  maxDuration: number | undefined
  machine: string | undefined
  output: Packet | undefined
  error: TaskRunError | undefined
  usageDurationMs: number
  /** Friendly id of the worker that it belongs to, from its start or from a trigger with `lockToVersion`. */
  workerId: string | undefined
  lockedRetryConfig: RetryOptions | undefined
  /** How often it went back into its queue; the twelfth time is one too many. */
  queueAttempts: number
  readonly snapshots: Snapshot[]
}
