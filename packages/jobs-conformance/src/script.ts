import type { Json } from '@cgk-platform/jobs-core/provider'

/** The failure of a scripted handler. */
export interface ScriptedFailure {
  /** The thrown value. */
  readonly as:
    | 'error'
    | 'nonRetryable'
    | 'retryAfter'
    | 'retryAt'
    | 'string'
    | 'undefined'
    | 'null'
    | 'object'
    | 'plainObject'
    | 'longError'
    | 'revokedProxy'
  /** The delay of `retryAfter` and `retryAt`, in milliseconds. Default 0. */
  readonly afterMs?: number
  /** The last attempt that fails. Default: all fail. */
  readonly attempts?: number
  /** The last of the definition's runs that fails, counted across `retryJob`. Default: all fail. */
  readonly runs?: number
}

/** An output that JSON cannot represent, so that a payload cannot contain it. */
export type InvalidOutput = 'nothing' | 'undefinedItems' | 'bigint' | 'function' | 'cycle' | 'class' | 'loneSurrogate'

/** The actions of a handler, in order. They are part of the payload, because the handler may run in another process. */
export interface Script {
  /** Wait this long, in milliseconds. */
  readonly waitMs?: number
  /** Continue to wait when the signal aborts. */
  readonly ignoresSignal?: boolean
  /** Then wait until the case releases the job. */
  readonly isHeld?: boolean
  /** Block the event loop this long, in milliseconds. */
  readonly blockMs?: number
  /** Cancel the job itself before the block, without awaiting the result. */
  readonly cancelsItself?: boolean
  /** Send an event `conformance.plain` first, with the module function `sendJob`, and in the handler's transaction if it has one. */
  readonly sends?: boolean
  /** Await that event's job with `waitForJob`. */
  readonly awaitsSent?: boolean
  /** Log this with `context.logger`. */
  readonly logs?: string
  /** Change the received payload, including nested values. */
  readonly changesPayload?: boolean
  /** Fail. */
  readonly failure?: ScriptedFailure
  /** In a batch, fail all its events. Default: only this one. */
  readonly failsBatch?: boolean
  /** Also throw in `onFailure`. */
  readonly onFailureThrows?: boolean
  /** Return this. */
  readonly returns?: Json
  /** Return this in the first attempt instead. */
  readonly returnsFirst?: Json
  /** Return something that JSON cannot represent. */
  readonly returnsOdd?: InvalidOutput
  /** Return a string that has this many bytes as JSON. */
  readonly returnsBytes?: number
  /** Change the returned object after returning it. */
  readonly changesOutput?: boolean
}

/** The payload of every event of the suite. */
export interface ScriptPayload {
  /** A tenant of the case. */
  tenantId: string
  /** The script of every subscribed handler. Default: returns `{ done: true }`. */
  script?: Script | undefined
  /** Scripts of single definitions, by definition id. */
  scripts?: Readonly<Record<string, Script>> | undefined
  /** Additional data of the case. */
  [more: string]: unknown
}
