import { type JobHandle, type SendOptions, sendOptions } from '../client/send-options.ts'
import type { JobEvent, JobPayload, TenantInput } from '../events/job-events.ts'
import type { AsJson } from '../jobs/as-json.ts'
import type { EventMessage } from '../jobs/event-message.ts'
import type { JobContext } from '../jobs/job-context.ts'
import type { BaseDefinition, JobDefinition } from '../jobs/job-definition.ts'
import type { Logger } from '../logging/logger.ts'
import { declareOptions, type DeclaredOptions, type CheckedOptions } from '../options/declare-options.ts'
import { callback, duration, group, string } from '../options/kinds.ts'
import { type RetryConfig, type RetryPolicy, toRetryPolicy } from '../retry/retry-config.ts'
import type { Duration } from '../time/duration.ts'

/** What the work of a step is told about the attempt it is. */
export interface StepContext {
  /** Counted from 1, for this step alone. */
  readonly attempt: number
  /** How many the step has at most. */
  readonly maxAttempts: number
  /**
   * The same in every attempt of the step, also after a crash and in a `retryJob` that goes on from it: hand it to payment
   * gateways and the like. A compensation has one of its own.
   */
  readonly idempotencyKey: string
  /** Every line carries the ids of the run, and the step's. */
  readonly logger: Logger
  /** Aborts when the job is cancelled, the attempt times out, the run ends without the step, or the engine closes. */
  readonly signal: AbortSignal
}

/** How a step is run. */
export interface StepOptions<Output> {
  /** Default: the workflow's own `retry`. */
  retry?: RetryConfig | undefined
  /** How long one attempt of the step may take. Default: the workflow's `timeout`. */
  timeout?: number | Duration | undefined
  /** Compensates the step when the run fails for good later; tried as often as the step itself. */
  compensate?: ((output: Output, context: StepContext) => unknown) | undefined
}

/** What each option of a step may be. */
export const stepOptions: DeclaredOptions<CheckedStepOptions> = declareOptions<
  StepOptions<unknown>,
  CheckedStepOptions
>('`step.run`', {
  retry: group({ read: toRetryPolicy }),
  timeout: duration({ minMs: 1, remedy: "Give milliseconds of 1 or more, or `'30s'`." }),
  compensate: callback(),
})

interface CheckedStepOptions extends Omit<CheckedOptions<StepOptions<unknown>>, 'retry'> {
  readonly retry?: RetryPolicy
}

/** A field that both payloads have. */
type SharedField<One extends JobEvent, Other extends JobEvent> = Extract<
  keyof JobPayload<One> & keyof JobPayload<Other>,
  string
>

/** What is waited for. */
export interface WaitForEventOptions<Trigger extends JobEvent, Event extends JobEvent> {
  /** A field that must be the same in the payload that began the run and in the one that is waited for. Default: any event of the tenant. */
  match?: SharedField<Trigger, Event> | undefined
  /** How long. Then the answer is `null`. */
  timeout: number | Duration
}

/** What each option of a wait may be. */
export const waitForEventOptions: DeclaredOptions<CheckedWaitOptions> = declareOptions<
  WaitForEventOptions<JobEvent, JobEvent>,
  CheckedWaitOptions
>('`step.waitForEvent`', {
  match: string({ remedy: 'Name a field of both payloads.' }),
  timeout: duration({ required: "Say how long it waits: `{ timeout: '7d' }`." }),
})

interface CheckedWaitOptions {
  readonly timeoutMs: number
  readonly match?: string
}

/** How a step sends: its idempotency key is the step's own. */
export type StepSendOptions = Omit<SendOptions, 'idempotencyKey' | 'idempotencyTtl'>

/** The options of a step that sends. Their values are checked when it sends. */
export const stepSendOptionNames: readonly string[] = sendOptions.names.filter(
  (name) => name !== 'idempotencyKey' && name !== 'idempotencyTtl',
)

/**
 * The durable steps of a workflow. Each has an id by which its result is kept; the same id again in a run, in a loop say,
 * is another step with a number of its own. A step that failed for good throws a `StepFailedError`.
 */
export interface Steps<Trigger extends JobEvent = JobEvent> {
  /** Does work whose result is kept as JSON: once it has completed it never runs again. */
  run<Output = void>(
    id: string,
    work: (context: StepContext) => Output | Promise<Output>,
    options?: StepOptions<AsJson<Output>>,
  ): Promise<AsJson<Output>>
  /** Waits this long, also over a restart of the process where the engine keeps jobs. */
  sleep(id: string, duration: number | Duration): Promise<void>
  /** Waits until an instant; a past one is over at once. */
  sleepUntil(id: string, instant: Date): Promise<void>
  /** Waits for an event of the same tenant that is sent after the wait began; `null` when none came in time. */
  waitForEvent<Event extends JobEvent>(
    id: string,
    event: Event,
    options: WaitForEventOptions<Trigger, Event>,
  ): Promise<EventMessage<Event> | null>
  /** Sends an event of the same tenant once, however often the code is replayed. */
  sendEvent<Event extends JobEvent>(
    id: string,
    event: Event,
    payload: TenantInput<Event>,
    options?: StepSendOptions,
  ): Promise<JobHandle<Event>>
  /** Sends a definition's event once, waits until its run has ended, and answers what it returned. */
  runJob<Event extends JobEvent, Output>(
    id: string,
    definition: JobDefinition<Event, Output> | WorkflowDefinition<Event, Output>,
    payload: TenantInput<Event>,
    options?: StepSendOptions,
  ): Promise<AsJson<Output>>
}

/** What `defineWorkflow` returns. It starts nothing by itself. */
export interface WorkflowDefinition<Event extends JobEvent = JobEvent, Output = unknown> extends BaseDefinition {
  readonly kind: 'workflow'
  /** The event that begins a run. */
  readonly event: Event
  /** A run that began with another version does not go on. */
  readonly version?: string
  /** The most steps of one run. */
  readonly maxSteps: number
  /** True where completed steps are compensated after a cancel too. */
  readonly compensateOnCancel: boolean
  /** The code, which runs from its start in every pass. */
  steps(event: EventMessage<Event>, step: Steps<Event>, context: JobContext): Output | Promise<Output>
  /** Called after a run has failed for good, and its steps are compensated. */
  onFailure?(error: Error, event: EventMessage<Event>, context: JobContext): unknown
}
