import type { Json } from '../events/json.ts'
import type { JobErrorInfo } from './error-info.ts'

/** How an attempt ended, for the engine to act on. */
export type Outcome =
  /** `output` is absent where the handler returned nothing. */
  | { readonly type: 'completed'; readonly output?: Json }
  /** Try again, not before `afterMs` from now. */
  | { readonly type: 'retry'; readonly afterMs: number; readonly error: JobErrorInfo }
  | { readonly type: 'failed'; readonly error: JobErrorInfo }
  | { readonly type: 'cancelled' }
  /** The engine closed before the attempt ended; it counts as not made. */
  | { readonly type: 'interrupted' }
  /** A workflow waits: call it again at `wakeAt`, epoch milliseconds, or when a wait of its steps is answered. */
  | { readonly type: 'suspended'; readonly wakeAt?: number }
