import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { EventName, JobEvent, JobInput } from '../events/job-events.ts'
import type { OwnEvent } from '../events/own-event.ts'
import type { JobsError } from '../errors/jobs-error.ts'
import { quote } from '../errors/quote.ts'
import { isTraceparent } from '../events/traceparent.ts'
import { declareOptions, type DeclaredOptions, type CheckedOptions } from '../options/declare-options.ts'
import { integer, date, duration, string, custom } from '../options/kinds.ts'
import { maxIdLength } from '../options/text-problem.ts'
import { readReferences } from './reference-option.ts'
import { maxAttemptsCeiling } from '../retry/retry-config.ts'
import { priorityOption } from './priority.ts'
import type { AppTransaction, ProviderSendOptions } from '../engines/engine-types.ts'
import type { Duration } from '../options/duration.ts'

/** The options of a send. */
export interface SendOptions {
  /** Delay before the job starts: milliseconds or `'24h'`, at most ten years. Cannot be combined with `runAt`. */
  delay?: number | Duration | undefined
  /** Earliest start of the job, at most ten years ahead. A date in the past means now. */
  runAt?: Date | undefined
  /**
   * Prevents duplicate jobs: a second send with the same key, tenant and event returns the first job. At most 256
   * characters.
   */
  idempotencyKey?: string | undefined
  /** Time for which the key stays in use, even if its job fails, rounded up to seconds. Default: `'24h'`. */
  idempotencyTtl?: number | Duration | undefined
  /**
   * Names the subject of the job, such as the id of an order: up to 5 strings of 1 to 128 characters. `listJobs` and
   * `cancelJobs` find the job by each.
   */
  reference?: string | readonly string[] | undefined
  /**
   * The id of a job of the same tenant that this one runs again, such as with a corrected payload: at most 256 characters.
   * Statuses show it. It changes nothing else, and is not looked up: the job can be unknown to the engine.
   */
  rerunOf?: string | undefined
  /** For this job, overrides the `maxAttempts` of its definitions: 1 to 1,000. */
  maxAttempts?: number | undefined
  /**
   * Seconds by which the runs of this job are moved ahead of others that wait for a slot: -600 to 600. Overrides the
   * `priority` of its definitions.
   */
  priority?: number | undefined
  /** `traceparent` of the sender's trace, as in W3C Trace Context. The job receives it. */
  traceparent?: string | undefined
  /**
   * An open transaction of your app, in the database that stores the jobs. The job is sent when it commits. If it is rolled
   * back, the job never existed. The items of one `sendJobs` must have the same.
   */
  transaction?: AppTransaction | undefined
  /** Options for a specific engine. */
  providerOptions?: ProviderSendOptions | undefined
}

/** The checked options of a send, with `runAt` in epoch milliseconds. */
export type CheckedSendOptions = Omit<CheckedOptions<SendOptions>, 'runAt' | 'reference'> & {
  readonly runAt?: number
  readonly reference?: readonly string[]
}

/** The declarations of the options of a send. Checked options with the name of an envelope field are copied to it. */
export const sendOptions: DeclaredOptions<CheckedSendOptions> = declareOptions<SendOptions, CheckedSendOptions>(
  'a send',
  {
    delay: duration(),
    runAt: date({ excludes: 'delay', remedy: 'Pass a valid `Date` at most ten years ahead.' }),
    idempotencyKey: string({
      maxLength: maxIdLength,
      feature: 'idempotencyKey',
      remedy: 'Pass a string of 1 to 256 characters that identifies what happened, such as the id of an order.',
    }),
    idempotencyTtl: duration({ minMs: 1, requires: 'idempotencyKey' }),
    reference: custom(readReferences, { feature: 'reference' }),
    rerunOf: string({
      maxLength: maxIdLength,
      remedy: 'Pass the `id` of the job that this one runs again, or omit it.',
    }),
    maxAttempts: integer({ max: maxAttemptsCeiling }),
    priority: priorityOption,
    traceparent: custom((traceparent: unknown, name, createError) => {
      if (isTraceparent(traceparent)) return traceparent
      const remedy = 'Pass a `traceparent` header of W3C Trace Context, or omit it.'
      throw createError(name, `is ${quote(traceparent)}`, remedy)
    }),
    transaction: custom(
      (transaction: unknown, name, createError) => {
        if (isTransaction(transaction)) return transaction
        throw createError(
          name,
          `is ${quote(transaction)}`,
          'Pass an open transaction of your database client, or omit it.',
        )
      },
      { feature: 'transaction' },
    ),
    providerOptions: custom(),
  },
)

/** The engine checks the rest: some clients have functions as transactions. */
function isTransaction(value: unknown): value is AppTransaction {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** The options of `scheduleJob`: either `delay` or `runAt` is required. */
export type ScheduleOptions = Omit<SendOptions, 'delay' | 'runAt'> &
  ({ delay: number | Duration; runAt?: undefined } | { runAt: Date; delay?: undefined })

/** The result of a send: identifies the job. */
export interface JobHandle<Event extends JobEvent | OwnEvent | StandardSchemaV1 = JobEvent> {
  /** The job's id, for `getJobStatus`, `cancelJob`, `retryJob` and `waitForJob` in any process. */
  readonly id: string
  /** The name of the event. */
  readonly event: EventName<Event>
  /** The tenant of the job. */
  readonly tenantId: string
  /** True if the idempotency key was already in use. `id` is then the existing job's id. */
  readonly deduplicated: boolean
}

/** One item of `sendJobs`. */
export type JobItem<Event extends JobEvent = JobEvent> = {
  [E in Event]: { event: E; payload: JobInput<E>; options?: SendOptions | undefined }
}[Event]

/**
 * One item of `sendJobs`, for a job with `payload`. If the items have several such jobs, name them:
 * `sendJobs<typeof resize | typeof crop>(items)`.
 */
export interface OwnItem<Job extends OwnEvent, Payload = JobInput<Job>> {
  /** The job. */
  event: Job
  /** The payload of the job. */
  payload: Payload
  /** The options of the send. */
  options?: SendOptions | undefined
}

/** One item of `sendJobs`, of any kind. */
export type AnyItem = JobItem | OwnItem<OwnEvent, unknown>

/** The result of one item of `sendJobs`. */
export type SendResult =
  | { readonly ok: true; readonly job: JobHandle }
  | { readonly ok: false; readonly error: JobsError }
