import type { Envelope } from '../events/envelope.ts'
import type { Logger } from '../logging/logger.ts'
import { declareOptions } from '../options/declare-options.ts'
import { callback, group, custom } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'
import type { Outcome } from './outcome.ts'

/** What hooks are told about an attempt. */
export interface AttemptInfo {
  /** Whose handler it is. */
  readonly definitionId: string
  /** The job's event; of a tick `cron/<definition>`. */
  readonly event: string
  /** As the sender knows it. */
  readonly jobId: string
  /** The run that the attempt is of. */
  readonly runId: string
  /** Counted from 1. */
  readonly attempt: number
  /** How many the run has at most. */
  readonly maxAttempts: number
  /** The tenant of the event. */
  readonly tenantId: string
  /** The sender's trace, where the send named one: W3C Trace Context. */
  readonly traceparent?: string
}

/** What hooks are told about a send. */
export interface SendInfo {
  /** The event that was sent. */
  readonly event: string
  /** The tenant of the event. */
  readonly tenantId: string
  /** The job's id, where the engine took the event. */
  readonly jobId?: string
  /** True where its idempotency key was taken. Absent where the engine did not take the event. */
  readonly deduplicated?: boolean
  /** Why it did not. */
  readonly error?: Error
  /** What was handed to the engine. */
  readonly envelope: Envelope
}

/** Called for monitoring, on every engine alike. A hook that throws or rejects is logged and breaks nothing. */
export interface JobHooks {
  /** After each event that was handed to the engine, accepted or not. */
  onSend?(send: SendInfo): unknown
  /** Before each attempt; of a workflow that goes on after a wait, not again. */
  onAttemptStart?(attempt: AttemptInfo): unknown
  /** After each attempt, with how it ended and how long it took; not where a workflow only waits. */
  onAttemptEnd?(attempt: AttemptInfo & { readonly outcome: Outcome; readonly durationMs: number }): unknown
  /** After the attempt that ended a run. A run that was cancelled before an attempt of it began ends without. */
  onRunEnd?(attempt: AttemptInfo & { readonly outcome: Outcome }): unknown
}

const hookOptions = declareOptions<JobHooks>('`hooks`', {
  onSend: callback(),
  onAttemptStart: callback(),
  onAttemptEnd: callback(),
  onRunEnd: callback(),
})
const someHooks = group<object, unknown>(hookOptions)

/** The hooks of a client or a host. An instance of a class may have fields of its own beside them. */
export const hooksOption: Option<JobHooks, JobHooks> = custom((given, name, createError) => {
  const isInstance =
    typeof given === 'object' && given !== null && ![Object.prototype, null].includes(Object.getPrototypeOf(given))
  const read =
    isInstance && !Array.isArray(given)
      ? Object.fromEntries(hookOptions.names.map((hook) => [hook, given[hook as keyof JobHooks]]))
      : given
  someHooks.read(read, name, createError)
  return given
})

/** Calls a hook and lets nothing of it through. It is not waited for. */
export function callHook<Name extends keyof JobHooks>(
  hooks: JobHooks | undefined,
  name: Name,
  info: Parameters<NonNullable<JobHooks[Name]>>[0],
  logger: Logger,
): void {
  const hook = hooks?.[name] as ((info: unknown) => unknown) | undefined
  if (!hook) return
  const failed = (error: unknown) => logger.error(`The hook \`${name}\` threw; the job goes on.`, { error })
  try {
    const result = hook.call(hooks, info)
    // Asked for `then`, since a promise may be of another kind or realm than ours.
    if (typeof (result as PromiseLike<unknown> | undefined)?.then === 'function') Promise.resolve(result).catch(failed)
  } catch (error) {
    failed(error)
  }
}
