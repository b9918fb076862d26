/** Everything that an engine may or may not be able to do. */
export const allFeatures = [
  'delay',
  'idempotencyKey',
  'maxAttempts of a send, lowered',
  'maxAttempts of a send, raised',
  'cancelJob of a job that waits',
  'cancelJob of a running job',
  'retryJob',
  'listJobs',
  'timeout',
  'concurrency',
  'concurrency.perTenant',
  'cron',
  'cron.tenants',
  "cron.overlap: 'skip'",
  "cron.overlap: 'allow'",
  "cron.catchUp: 'latest'",
  'status.startedAt',
  'status.nextAttemptAt',
  'workflows',
  'workflows: a race of a step and a wait',
  'workflows: retryJob goes on from the failed step',
  'workflows: compensateOnCancel',
  'status.steps',
  'jobs survive a restart',
  'several processes',
] as const

/** A capability by the name that users know it under. */
export type Feature = (typeof allFeatures)[number]

/** Whether an engine has a feature, in words for the docs and for the error of whoever uses it all the same. */
export type FeatureSupport =
  | { readonly supported: true; /** What to know about it. */ readonly note?: string }
  | {
      readonly supported: false
      /** Why not. */ readonly note: string
      /** What to do instead. */ readonly instead: string
    }

/** What an engine can do: data, printed in the docs and asked before each definition and send. */
export interface Capabilities {
  /** Each feature by its name, and whether the engine has it. */
  readonly features: Readonly<Record<Feature, FeatureSupport>>
  /** The shortest delay between two attempts; a shorter one is lengthened. */
  readonly minRetryDelayMs: number
  /** The longest; absent means any. */
  readonly maxRetryDelayMs?: number
  /** How much later than computed an attempt may begin on an idle engine. */
  readonly retryToleranceMs: number
  /** The most attempts of a run. */
  readonly maxAttemptsLimit: number
  /** The largest payload, as UTF-8 JSON. */
  readonly maxPayloadBytes: number
  /** The largest output of a run, as UTF-8 JSON. Absent means any. */
  readonly maxOutputBytes?: number
  /** The most steps of one run of a workflow. Absent means any. */
  readonly maxSteps?: number
  /** The largest result of one step, as UTF-8 JSON. Absent means the portable size of a payload. */
  readonly maxStepOutputBytes?: number
  /** How much a wait of a workflow may end later than asked on an idle engine. */
  readonly waitToleranceMs?: number
  /** The longest delay of a send. */
  readonly maxDelayMs: number
  /** How soon a running handler's signal aborts after a cancel. */
  readonly abortToleranceMs: number
  /** What cron schedules do when the clocks change, in words. */
  readonly daylightSaving: string
}

/** The size that a payload can have on every engine: one of them takes 128 KiB with its envelope. */
export const portablePayloadBytes: number = 120 * 1024
