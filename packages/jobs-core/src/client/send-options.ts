import type { JobEvent, JobInput } from '../events/job-events.ts'
import type { JobsError } from '../errors/jobs-error.ts'
import { declareOptions, type DeclaredOptions, type CheckedOptions } from '../options/declare-options.ts'
import { integer, date, duration, string, custom } from '../options/kinds.ts'
import { maxAttemptsCeiling } from '../retry/retry-config.ts'
import type { ProviderOptions } from '../provider/engine-types.ts'
import type { Duration } from '../time/duration.ts'

/** How an event is sent. */
export interface SendOptions {
  /** Start no sooner than this from now: milliseconds or `'24h'`, at most ten years. Not together with `runAt`. */
  delay?: number | Duration | undefined
  /** Start no sooner than this instant; a past one means now. */
  runAt?: Date | undefined
  /** Makes the send happen once: the same key, tenant and event again answers the first job. At most 256 characters. */
  idempotencyKey?: string | undefined
  /** How long the key stays taken, also after its job failed. Default `'24h'`. */
  idempotencyTtl?: number | Duration | undefined
  /** Overrides the definitions' number of attempts for this job; 1 to 1,000. */
  maxAttempts?: number | undefined
  /** W3C `traceparent` of the sender's trace, carried to the job. */
  traceparent?: string | undefined
  /** Options that only one engine has. */
  providerOptions?: ProviderOptions | undefined
}

/** The options of a send after their check; `runAt` as epoch milliseconds. */
export type CheckedSendOptions = Omit<CheckedOptions<SendOptions>, 'runAt'> & { readonly runAt?: number }

/** What each option of a send may be. What is kept under the name of a field of the envelope is carried there. */
export const sendOptions: DeclaredOptions<CheckedSendOptions> = declareOptions<SendOptions, CheckedSendOptions>(
  'a send',
  {
    delay: duration(),
    runAt: date({ excludes: 'delay', remedy: 'Give a valid `Date` at most ten years ahead.' }),
    idempotencyKey: string({
      maxLength: 256,
      feature: 'idempotencyKey',
      remedy: 'Give a string of 1 to 256 characters that names what happened, such as the id of an order.',
    }),
    idempotencyTtl: duration({ minMs: 1, requires: 'idempotencyKey' }),
    maxAttempts: integer({ max: maxAttemptsCeiling }),
    traceparent: string({ allowsBlank: true, remedy: 'Give the W3C header as a string.' }),
    providerOptions: custom(),
  },
)

/** The options of `scheduleJob`: when is required. */
export type ScheduleOptions = Omit<SendOptions, 'delay' | 'runAt'> &
  ({ delay: number | Duration; runAt?: undefined } | { runAt: Date; delay?: undefined })

/** What a send answers. */
export interface JobHandle<Event extends JobEvent = JobEvent> {
  /** Takes `getJobStatus`, `cancelJob` and `retryJob`, in any process. */
  readonly id: string
  /** The event that was sent. */
  readonly event: Event
  /** The tenant that it belongs to. */
  readonly tenantId: string
  /** True where the idempotency key was taken: the id is the first send's. */
  readonly deduplicated: boolean
}

/** One item of `sendJobs`. */
export type JobItem<Event extends JobEvent = JobEvent> = {
  [E in Event]: { event: E; payload: JobInput<E>; options?: SendOptions | undefined }
}[Event]

/** One answer of `sendJobs`. */
export type SendResult =
  | { readonly ok: true; readonly job: JobHandle }
  | { readonly ok: false; readonly error: JobsError }
