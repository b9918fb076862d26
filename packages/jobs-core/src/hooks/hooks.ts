import { callSafely } from '../runtime/call-safely.ts'
import type { Envelope } from '../events/envelope.ts'
import type { Logger } from '../logging/logger.ts'
import { declareOptions } from '../options/declare-options.ts'
import { callback, group, custom } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'
import type { Outcome } from './outcome.ts'

/** The facts about an attempt that hooks and middleware receive. */
export interface AttemptInfo {
  /** The id of the definition that runs. */
  readonly definitionId: string
  /** The job's event; `cron/<definition>` for a tick. */
  readonly event: string
  /** The job's id, as in the handle that the send returned. */
  readonly jobId: string
  /** The run that the attempt belongs to. */
  readonly runId: string
  /** Counted from 1. */
  readonly attempt: number
  /** The run's maximum number of attempts. */
  readonly maxAttempts: number
  /** The tenant of the event. */
  readonly tenantId: string
  /** The sender's trace as W3C Trace Context; absent if the send has none. */
  readonly traceparent?: string
}

/** The facts about a send that hooks receive. */
export interface SendInfo {
  /** The event that was sent. */
  readonly event: string
  /** The tenant of the event. */
  readonly tenantId: string
  /** The job's id; absent if the engine did not accept the event. */
  readonly jobId?: string
  /** Whether a job with the same idempotency key exists already. Absent if the engine did not accept the event. */
  readonly deduplicated?: boolean
  /** Why the engine did not accept the event; absent if it did. */
  readonly error?: Error
  /** The envelope that was passed to the engine. */
  readonly envelope: Envelope
}

/**
 * Functions for monitoring, called the same way on every engine. Errors of a hook are logged and affect no job.
 */
export interface JobHooks {
  /** Called after each event that was passed to the engine, accepted or not. */
  onSend?: ((send: SendInfo) => unknown) | undefined
  /** Called before each attempt. Not called again when a workflow resumes after a wait. */
  onAttemptStart?: ((attempt: AttemptInfo) => unknown) | undefined
  /** Called after each attempt with its outcome and duration in milliseconds. Not called when a workflow waits. */
  onAttemptEnd?:
    | ((attempt: AttemptInfo & { readonly outcome: Outcome; readonly durationMs: number }) => unknown)
    | undefined
  /** Called after the attempt that ended a run. Not called for a run that was cancelled before its first attempt. */
  onRunEnd?: ((attempt: AttemptInfo & { readonly outcome: Outcome }) => unknown) | undefined
}

const hookOptions = declareOptions<JobHooks>('`hooks`', {
  onSend: callback(),
  onAttemptStart: callback(),
  onAttemptEnd: callback(),
  onRunEnd: callback(),
})
const someHooks = group<object, unknown>(hookOptions)

/** The option `hooks` of a client or a host. An instance of a class may also have other fields. */
export const hooksOption: Option<JobHooks, JobHooks> = custom((input, name, createError) => {
  const isInstance =
    typeof input === 'object' && input !== null && ![Object.prototype, null].includes(Object.getPrototypeOf(input))
  const read =
    isInstance && !Array.isArray(input)
      ? Object.fromEntries(hookOptions.names.map((hook) => [hook, input[hook as keyof JobHooks]]))
      : input
  someHooks.read(read, name, createError)
  return input
})

/** Calls a hook without awaiting it. Failures are logged, never thrown. */
export function callHook<Name extends keyof JobHooks>(
  hooks: JobHooks | undefined,
  name: Name,
  info: Parameters<NonNullable<JobHooks[Name]>>[0],
  logger: Logger,
): void {
  if (!hooks) return
  callSafely(
    () => (hooks[name] as ((info: unknown) => unknown) | undefined)?.call(hooks, info),
    (error) => logger.error(`The hook \`${name}\` threw. The job is not affected.`, { error }),
  )
}
