/** All features that an engine may support. */
export const allFeatures = [
  'delay',
  'idempotencyKey',
  'reference',
  'transaction',
  'transaction of a handler',
  'maxAttempts of a send, lowered',
  'maxAttempts of a send, raised',
  'cancelJob of a waiting job',
  'cancelJob of a running job',
  'retryJob',
  'listJobs',
  'timeout',
  'runTimeout',
  'concurrency',
  'concurrency.perTenant',
  'priority',
  'priority below 0',
  'concurrency.key',
  'concurrency: several limits',
  'throttle',
  'maxWaiting',
  'debounce',
  'batches',
  'pauseJobs of a definition',
  'pauseJobs of a tenant',
  'pauseJobs by a sender',
  'fair tenants',
  'cron',
  'cron.tenants',
  "cron.overlap: 'skip'",
  "cron.overlap: 'allow'",
  "cron.catchUp: 'latest'",
  'status.startedAt',
  'status.nextAttemptAt',
  'workflows',
  'workflows: race between a step and a wait',
  'workflows: retryJob resumes at the failed step',
  'workflows: compensateOnCancel',
  'workflows: events only for waits',
  'workflows: a delayed event ends a wait when due',
  'workflows: open runs continue with new code',
  'status.steps',
  'inspect.getJob',
  'inspect.getJob: attempts',
  'inspect.getJob: payload',
  'inspect.listJobs',
  'inspect.listJobs by definition',
  'inspect.listJobs by state',
  'inspect.listJobs by time',
  'inspect.listJobs by end',
  'inspect.listJobs by error',
  'inspect.listJobs by payload',
  'inspect.listJobs, oldest first',
  'inspect.countJobs: exact',
  'waiting: limits',
  'inspect.listWorkers',
  'inspect.subscribe: push',
  'inspect.runCronJob',
  'erase: deletes',
  'jobs wait for their definition',
  'unhandled: not an awaited event',
  'jobs survive a restart',
  'multiple processes',
] as const

/** The name of a feature. Docs and errors show it. */
export type Feature = (typeof allFeatures)[number]

/** Whether an engine supports a feature. Docs and errors show `note` and `instead`. */
export type FeatureSupport =
  | { readonly supported: true; /** A remark about the support. */ readonly note?: string }
  | {
      readonly supported: false
      /** The reason. */ readonly note: string
      /** The alternative. */ readonly instead: string
    }

/**
 * The capabilities of an engine. The tables in the docs are generated from them, and the client checks each definition
 * and send against them.
 */
export interface Capabilities {
  /** Whether the engine supports each feature, and how. */
  readonly features: Readonly<Record<Feature, FeatureSupport>>
  /** The minimum delay between two attempts. Shorter delays are extended to it. */
  readonly minRetryDelayMs: number
  /** The maximum delay between two attempts. Absent: no limit. */
  readonly maxRetryDelayMs?: number
  /** The maximum lateness of a retry on an idle engine. */
  readonly retryToleranceMs: number
  /** The maximum number of attempts of a run. */
  readonly maxAttemptsLimit: number
  /** The maximum size of a payload, in bytes of UTF-8 JSON. */
  readonly maxPayloadBytes: number
  /** The maximum size of a run's output, in bytes of UTF-8 JSON. Absent: no limit. */
  readonly maxOutputBytes?: number
  /** The maximum number of steps of a workflow run. Absent: no limit. */
  readonly maxSteps?: number
  /** The maximum size of a step's result, in bytes of UTF-8 JSON. Absent: 120 KiB. */
  readonly maxStepOutputBytes?: number
  /** The maximum lateness of the end of a workflow's wait on an idle engine. */
  readonly waitToleranceMs?: number
  /** The maximum delay of a send. */
  readonly maxDelayMs: number
  /** The maximum time until the signal of a running handler aborts after a cancel. */
  readonly abortToleranceMs: number
  /** Describes what cron schedules do when the clocks change for daylight saving time. */
  readonly daylightSaving: string
}

/** The payload size that every engine accepts. The lowest limit is 128 KiB, which includes the envelope. */
export const portablePayloadBytes: number = 120 * 1024
