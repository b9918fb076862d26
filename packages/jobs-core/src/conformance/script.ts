import type { Json } from '../events/json.ts'

/** How a handler of the suite fails. */
export interface ScriptedFailure {
  /** What is thrown. */
  readonly as: 'error' | 'nonRetryable' | 'retryAfter' | 'retryAt' | 'string' | 'undefined' | 'null' | 'object'
  /** For `retryAfter` and `retryAt`: how long from now. */
  readonly afterMs?: number
  /** Only the attempts up to this one fail. Default: all. */
  readonly attempts?: number
  /** Only the definition's runs up to this one fail, counted over retries by hand. Default: all. */
  readonly runs?: number
}

/** Something that JSON cannot carry, which a handler cannot be told to return by a payload. */
export type InvalidOutput = 'nothing' | 'bigint' | 'function' | 'cycle' | 'class'

/** What a handler of the suite does, told by its event's payload, since it may run in another process. */
export interface Script {
  /** Wait this long first. */
  readonly waitMs?: number
  /** Go on when the signal aborts, as a handler does that does not look at it. */
  readonly ignoresSignal?: boolean
  /** Then block the event loop for this long. */
  readonly blockMs?: number
  /** Ask for the job's own cancellation first, without waiting for the answer. */
  readonly cancelsItself?: boolean
  /** Send an event `conformance.plain` first, through the module's own `sendJob`. */
  readonly sends?: boolean
  /** Write this to `context.logger`. */
  readonly logs?: string
  /** Change the payload that was handed over, deeply. */
  readonly changesPayload?: boolean
  /** Then fail. */
  readonly failure?: ScriptedFailure
  /** Throw in `onFailure`, too. */
  readonly onFailureThrows?: boolean
  /** Return this. */
  readonly returns?: Json
  /** Return what JSON cannot carry. */
  readonly returnsOdd?: InvalidOutput
  /** Return a text that has this many bytes as JSON. */
  readonly returnsBytes?: number
  /** Change the returned object afterwards. */
  readonly changesOutput?: boolean
}

/** The payload of every event of the suite. */
export interface ScriptPayload {
  /** The case's own tenant, or another of its own. */
  tenantId: string
  /** What every subscribed handler does. Default: return `{ done: true }`. */
  script?: Script | undefined
  /** What the handler of one definition does, by the definition's id. */
  scripts?: Readonly<Record<string, Script>> | undefined
  /** Whatever else a case sends along. */
  [more: string]: unknown
}
