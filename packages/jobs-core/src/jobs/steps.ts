import type { StandardSchemaV1 } from '@standard-schema/spec'

import { type JobHandle, type SendOptions, sendOptions } from '../sends/send-options.ts'
import type { EventName, JobEvent, JobPayload, TenantInput } from '../events/job-events.ts'
import type { Signal } from '../events/define-signal.ts'
import type { OwnEvent } from '../events/own-event.ts'
import type { AsJson } from './as-json.ts'
import type { DebounceTimes } from './debounce.ts'
import type { EventMessage } from './event-message.ts'
import { eventMatch } from './event-match.ts'
import type { JobContext, WithTransaction } from './job-context.ts'
import type { BatchJobDefinition } from './batch-job-definition.ts'
import type { BaseDefinition, JobDefinition } from './job-definition.ts'
import type { OutputOf } from './output-of.ts'
import type { Logger } from '../logging/logger.ts'
import { declareOptions, type DeclaredOptions, type CheckedOptions } from '../options/declare-options.ts'
import { boolean, callback, duration, group, string } from '../options/kinds.ts'
import type { EventMatch, MatchValue } from '../status/step-status.ts'
import { type RetryConfig, type RetryPolicy, toRetryPolicy } from '../retry/retry-config.ts'
import type { Duration } from '../options/duration.ts'

/** Context of one attempt of a step's work. */
export interface StepContext {
  /** The attempt of this step, counted from 1. */
  readonly attempt: number
  /** The step's maximum number of attempts. */
  readonly maxAttempts: number
  /**
   * An idempotency key for external services, such as payment gateways. It is the same in every attempt of the step,
   * also after a crash and after a `retryJob` that resumes from the step. A compensation has its own key.
   */
  readonly idempotencyKey: string
  /** Adds the ids of the run and the step to every line. */
  readonly logger: Logger
  /** Aborts when the job is cancelled, the attempt times out, the run ends without the step, or the engine closes. */
  readonly signal: AbortSignal
}

/** Options of `step.run`. `In` tells whether its work runs in a transaction. */
export interface StepOptions<Output, In extends boolean = false> {
  /** The step's retry policy. Default: the workflow's `retry`. */
  retry?: RetryConfig | undefined
  /** Timeout of one attempt of the step. Default: the workflow's `timeout`. */
  timeout?: number | Duration | undefined
  /** Compensates the step if the run fails later. It has the step's retry policy. Default: no compensation. */
  compensate?: ((output: Output, context: StepContext) => unknown) | undefined
  /** `false`: the work of this step runs in no transaction. Default: the workflow's `transaction`. */
  transaction?: In | undefined
}

/** The declarations of `StepOptions`. */
export const stepOptions: DeclaredOptions<CheckedStepOptions> = declareOptions<
  StepOptions<unknown, boolean>,
  CheckedStepOptions
>('`step.run`', {
  retry: group({ read: toRetryPolicy }),
  timeout: duration({ minMs: 1, remedy: "Pass at least 1 millisecond, such as `'30s'`." }),
  compensate: callback(),
  transaction: boolean(),
})

interface CheckedStepOptions extends Omit<CheckedOptions<StepOptions<unknown, boolean>>, 'retry'> {
  readonly retry?: RetryPolicy
}

/** A field of both payloads. */
type SharedField<One extends JobEvent | StandardSchemaV1, Other extends JobEvent | StandardSchemaV1> = Extract<
  keyof JobPayload<One> & keyof JobPayload<Other>,
  string
>

/** Fields of a payload that are strings, numbers, booleans or null, with a value for each. */
type FieldValues<Payload> = {
  readonly [Field in keyof Payload as Extract<Payload[Field], MatchValue> extends never ? never : Field]?: Extract<
    Payload[Field],
    MatchValue
  >
}

/** Options of `step.waitForEvent`. */
export interface WaitForEventOptions<
  Trigger extends JobEvent | StandardSchemaV1,
  Event extends JobEvent | StandardSchemaV1,
> {
  /**
   * The values that fields of the awaited payload must have, at most eight: `{ paymentId: payment.id }`. Or the name of
   * one field whose value must equal that in the event that started the run. Default: any event of the tenant.
   */
  match?: SharedField<Trigger, Event> | FieldValues<JobPayload<Event>> | undefined
  /** Maximum duration of the wait. After it the result is `null`. */
  timeout: number | Duration
  /**
   * Which events from before the wait count, if no earlier wait of the run got them. `'start'`: those since the send of
   * the event that started the run; after `step.restart`, those since the code began that called it. The id of an
   * earlier step, such as `charge` or `charge#2`: those since its first call. The earliest comes first. Default: none.
   * The step fails with a `TooManyPastEventsError` if it would have to read too many.
   */
  since?: 'start' | (string & {}) | undefined
}

/** The remedy for a wait with a wrong `since`. */
export const sinceRemedy = "Use `'start'`, or the id of a step that the code has called before."

/** The declarations of `WaitForEventOptions`. */
export const waitForEventOptions: DeclaredOptions<CheckedWaitOptions> = declareOptions<
  WaitForEventOptions<JobEvent, JobEvent>,
  CheckedWaitOptions
>('`step.waitForEvent`', {
  match: eventMatch(),
  timeout: duration({ required: "Set how long to wait: `{ timeout: '7d' }`." }),
  since: string({ remedy: sinceRemedy }),
})

/** Options of `step.waitForSignal`. */
export interface WaitForSignalOptions {
  /** Maximum duration of the wait. After it the result is `null`. */
  timeout: number | Duration
}

/** The declarations of `WaitForSignalOptions`. */
export const waitForSignalOptions: DeclaredOptions<CheckedOptions<WaitForSignalOptions>> =
  declareOptions<WaitForSignalOptions>('`step.waitForSignal`', {
    timeout: duration({ required: "Set how long to wait: `{ timeout: '7d' }`." }),
  })

interface CheckedWaitOptions {
  readonly timeoutMs: number
  readonly since?: string
  readonly match?: string | EventMatch
}

/** Options of a step that sends. The step sets the idempotency key, and is recorded in no transaction of the app. */
export type StepSendOptions = Omit<SendOptions, 'idempotencyKey' | 'idempotencyTtl' | 'transaction'>

/** The names of `StepSendOptions`. Their values are checked at the send. */
export const stepSendOptionNames: readonly string[] = sendOptions.names.filter(
  (name) => !['idempotencyKey', 'idempotencyTtl', 'transaction'].includes(name),
)

/**
 * The durable steps of a workflow. The result of a step is stored under its id. If an id is used
 * again, for example in a loop, each use is a separate step with its own number. A step whose last attempt fails throws
 * a `StepFailedError`.
 */
export interface Steps<Trigger extends JobEvent | StandardSchemaV1 = JobEvent, Own extends boolean = false> {
  /** Runs work and stores its result as JSON. Completed work never runs again. */
  run<Output = unknown, In extends Own | false = Own>(
    id: string,
    work: (context: WithTransaction<StepContext, In>) => Output | Promise<Output>,
    options?: StepOptions<AsJson<Output>, In>,
  ): Promise<AsJson<Output>>
  /** Waits for a duration. If the engine stores jobs durably, the wait survives restarts of the process. */
  sleep(id: string, duration: number | Duration): Promise<void>
  /** Waits until a time. A past time ends the wait immediately. */
  sleepUntil(id: string, instant: Date): Promise<void>
  /**
   * Waits for an event of the same tenant that is sent after the wait started, or earlier with `since`. Returns `null`
   * if none comes in time.
   */
  waitForEvent<Event extends JobEvent>(
    id: string,
    event: Event,
    options: WaitForEventOptions<Trigger, Event>,
  ): Promise<EventMessage<Event> | null>
  /**
   * Waits for a signal to this job and returns its payload, or `null` if none comes in time. A signal that was sent before
   * the wait also counts. Each signal answers one wait, in the order of the sends.
   */
  waitForSignal<Schema extends StandardSchemaV1>(
    id: string,
    signal: Signal<Schema>,
    options: WaitForSignalOptions,
  ): Promise<StandardSchemaV1.InferOutput<Schema> | null>
  /**
   * Sends an event of the same tenant once, however often the code is replayed. A workflow of the platform can name
   * another tenant in the payload.
   */
  sendEvent<Event extends JobEvent | OwnEvent>(
    id: string,
    event: Event,
    payload: TenantInput<Event>,
    options?: StepSendOptions,
  ): Promise<JobHandle<Event>>
  /**
   * Returns whether the run may take a change of the code. The answer is stored, under an id of the change: false if the
   * run had passed this place before the change was there, true otherwise.
   */
  patched(id: string): Promise<boolean>
  /**
   * Runs a definition once, whatever else handles its event, waits until the run has ended, and returns its output. The
   * job is of the event `job/<id>`.
   */
  // Inferred as a whole: older compilers find no schema in the parts of a definition with `payload`.
  runJob<Job extends JobDefinition | BatchJobDefinition | WorkflowDefinition>(
    id: string,
    definition: Job,
    payload: TenantInput<Job extends OwnEvent ? Job : Extract<Job['event'], JobEvent>>,
    options?: StepSendOptions,
  ): Promise<OutputOf<Job>>
  /**
   * Ends this replay and begins the run again, with another payload and without its steps, for loops of months. The job
   * keeps its id and does not end. Nothing is compensated, open steps are cancelled, and no code after the call runs. If
   * the payload is invalid, the run fails.
   */
  restart(payload: TenantInput<Trigger>): Promise<never>
}

/** The code of an earlier version of a workflow. All other options are those of the current one. */
export interface PreviousWorkflow<
  Event extends JobEvent | StandardSchemaV1 = JobEvent | StandardSchemaV1,
  Own extends boolean = boolean,
> {
  /** The version of the code. Absent: it had none. */
  readonly version?: string | undefined
  /** The earlier `steps`. */
  steps(event: EventMessage<Event>, step: Steps<Event, Own>, context: JobContext): unknown
  /** The earlier `onFailure`. */
  onFailure?: OnFailure<Event>['call'] | undefined
}

/** A method, because then the code of one event is also that of any event. */
interface OnFailure<Event extends JobEvent | StandardSchemaV1> {
  call(error: Error, event: EventMessage<Event>, context: JobContext): unknown
}

/** The result of `defineWorkflow`. A send of the event starts a run. */
export interface WorkflowDefinition<
  Event extends JobEvent | StandardSchemaV1 = JobEvent | StandardSchemaV1,
  Output = unknown,
> extends BaseDefinition {
  readonly kind: 'workflow'
  /** The event that starts a run. */
  readonly event: EventName<Event>
  /** When only the last of several sends runs. Absent: every send runs. */
  readonly debounce?: DebounceTimes
  /** `true`: the transaction of each `step.run` also records its completion. */
  readonly transaction?: boolean
  /** The version of the code. A run that began with another version waits for a worker that has it. */
  readonly version?: string
  /** Earlier code, for the runs that began with it. */
  readonly previous?: readonly PreviousWorkflow<Event>[]
  /** The longest time for which a run waits for other code before it fails, in milliseconds. */
  readonly parkTimeoutMs: number
  /** Maximum number of steps in one run. */
  readonly maxSteps: number
  /** Whether completed steps are also compensated after a cancel. */
  readonly compensateOnCancel: boolean
  /** The workflow's code. Every replay runs it from the start. */
  steps(event: EventMessage<Event>, step: Steps<Event>, context: JobContext): Output | Promise<Output>
  /** Called after a run has failed and its steps have been compensated. */
  onFailure?(error: Error, event: EventMessage<Event>, context: JobContext): unknown
}
