import type { Definition } from '../jobs/definition.ts'
import { type LoggerLike, loggerOption } from '../logging/logger.ts'
import { declareOptions, type DeclaredOptions, type CheckedOptions } from '../options/declare-options.ts'
import { integer, custom } from '../options/kinds.ts'
import { type AttemptMiddleware, middlewareOption } from '../runs/attempt-middleware.ts'
import { type JobHooks, hooksOption } from '../runs/hooks.ts'
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

/** The options that users know. The clock is for test kits alone. */
type KnownOptions = Omit<ClientOptions, 'clock'>

/** What each option of a client may be. Those that choose the engine are read by whoever loads it. */
export const clientOptions: DeclaredOptions<CheckedOptions<KnownOptions>> = declareOptions<
  KnownOptions & { provider?: unknown; config?: unknown },
  CheckedOptions<KnownOptions>
>('a client', {
  provider: custom(),
  config: custom(),
  jobs: custom(),
  logger: loggerOption,
  hooks: hooksOption,
  middleware: middlewareOption,
  maxPayloadBytes: integer({ remedy: 'Give a whole number of bytes.' }),
})
