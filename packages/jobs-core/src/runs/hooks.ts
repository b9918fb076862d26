import type { Envelope } from '../events/envelope.ts'
import type { Logger } from '../logging/logger.ts'
import type { Outcome } from './outcome.ts'

/** What hooks are told about an attempt. */
export interface AttemptInfo {
  readonly definitionId: string
  readonly event: string
  readonly jobId: string
  readonly runId: string
  readonly attempt: number
  readonly maxAttempts: number
  readonly tenantId: string
  /** The sender's trace, where the send named one: W3C Trace Context. */
  readonly traceparent?: string
}

/** What hooks are told about a send. */
export interface SendInfo {
  readonly event: string
  readonly tenantId: string
  /** The job's id, where the engine took the event. */
  readonly jobId?: string
  readonly deduplicated?: boolean
  /** Why it did not. */
  readonly error?: Error
  readonly envelope: Envelope
}

/** Called for monitoring, on every engine alike. A hook that throws or rejects is logged and breaks nothing. */
export interface JobHooks {
  /** After each event that was handed to the engine, accepted or not. */
  onSend?(send: SendInfo): unknown
  onAttemptStart?(attempt: AttemptInfo): unknown
  onAttemptEnd?(attempt: AttemptInfo & { readonly outcome: Outcome; readonly durationMs: number }): unknown
  /** After the attempt that ended a run. A run that was cancelled before an attempt of it began ends without. */
  onRunEnd?(attempt: AttemptInfo & { readonly outcome: Outcome }): unknown
}

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
