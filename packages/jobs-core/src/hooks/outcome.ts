import type { Json } from '../values/json.ts'
import type { JobErrorInfo } from '../errors/error-info.ts'

/** Data of `step.restart` for the code that begins the run again. The engine stores it with the run. */
export interface RunRestart {
  /** The payload with which the run begins. It replaces that of the job. */
  readonly payload: Json
  /** When the code called `step.restart`, epoch milliseconds. */
  readonly at: number
  /** When the code that called it began, epoch milliseconds. Events sent since then that no wait got still count. */
  readonly since: number
  /** The last events that the run got before, by name. */
  readonly got?: GotEvents | undefined
}

/** Events that waits of a run got, the oldest first, by name. */
export type GotEvents = Readonly<Record<string, readonly { readonly id: string; readonly sentAt: number }[]>>

/** The result of an attempt, for the engine to act on. */
export type Outcome =
  /** `output` is absent if the handler returned nothing. */
  | { readonly type: 'completed'; readonly output?: Json }
  /** Retry, not before `afterMs` from now. */
  | { readonly type: 'retry'; readonly afterMs: number; readonly error: JobErrorInfo }
  | { readonly type: 'failed'; readonly error: JobErrorInfo }
  | { readonly type: 'cancelled' }
  /**
   * The engine closed before the attempt ended, or this process cannot make it. The attempt does not count. Make it
   * again at `againAt`, epoch milliseconds, or at once.
   */
  | { readonly type: 'interrupted'; readonly againAt?: number }
  /** The run waits. Call it again at `wakeAt`, epoch milliseconds, or when a wait of one of its steps resolves. */
  | { readonly type: 'suspended'; readonly wakeAt?: number }
  /**
   * `step.restart`: begin the run again at once, with this payload, as in `restartWorkflowRecord`. It has not ended, and its
   * attempts count from 1 again.
   */
  | ({ readonly type: 'restarted' } & RunRestart)
