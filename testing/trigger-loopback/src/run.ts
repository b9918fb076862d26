import type {
  CompletedWaitpoint,
  IdempotencyKeyOptionsSchema,
  RetryOptions,
  RunAnnotations,
  TaskRunError,
  TaskRunExecutionStatus,
  TaskRunStatus,
} from '@trigger.dev/core/v3'

/** A snapshot of a run's execution. A worker sends the id of the snapshot it knows; an outdated one is rejected. */
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

/** A serialized value and its data type. */
export interface Packet {
  readonly data?: string
  readonly dataType: string
}

/** A run as the server stores it. */
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
  /** The original trigger request, for a replay. */
  readonly seedMetadata: Packet
  /** Its position in the queue. */
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
  /** Friendly id of its worker version, set at its start or by a trigger with `lockToVersion`. */
  workerId: string | undefined
  lockedRetryConfig: RetryOptions | undefined
  /** Number of returns to its queue. The twelfth return fails the run. */
  queueAttempts: number
  readonly snapshots: Snapshot[]
  /** The chunks of its realtime streams, by key. */
  readonly streams: Map<string, readonly unknown[]>
}
