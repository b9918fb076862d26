import type { Definition } from '../jobs/definition.ts'
import type { LoggerLike } from '../logging/logger.ts'
import type { AttemptMiddleware } from '../runs/attempt-middleware.ts'
import type { JobHooks } from '../runs/hooks.ts'
import type { Clock } from '../time/clock.ts'

/** What every client may be given, on any engine. */
export interface ClientOptions {
  /** The jobs of this client. Default: those that registered themselves by being defined, now and later. */
  jobs?: readonly Definition[] | undefined
  /** pino, the console, or anything like them. Default: readable lines on a terminal, JSON elsewhere. */
  logger?: LoggerLike | undefined
  /** Told of every send and attempt, for metrics and traces. */
  hooks?: JobHooks | undefined
  /** Wraps the code of every attempt that runs in this client's engine; the first is the outermost. */
  middleware?: readonly AttemptMiddleware[] | undefined
  /** The largest payload, bytes of UTF-8 JSON. Default 120 KiB, which every engine takes. */
  maxPayloadBytes?: number | undefined
  /** Where time comes from. Default: the machine's clock. */
  clock?: Clock | undefined
}
