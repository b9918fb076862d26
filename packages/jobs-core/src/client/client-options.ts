import { codecOption, type JobCodec } from '../codec/job-codec.ts'
import type { Definition } from '../jobs/definition.ts'
import type { JobSet } from '../jobs/job-registry.ts'
import { instrumentOption } from '../hooks/instrument-option.ts'
import type { Instrumentation } from '../hooks/instrumentation.ts'
import { type LoggerLike, loggerOption } from '../logging/logger.ts'
import {
  type CheckedOptions,
  declareOptions,
  type DeclaredOptions,
  type OptionTable,
} from '../options/declare-options.ts'
import { custom, integer } from '../options/kinds.ts'
import { type AttemptMiddleware, middlewareOption } from '../hooks/attempt-middleware.ts'
import { type JobHooks, hooksOption } from '../hooks/hooks.ts'
import { type ReturnedErrors, returnedErrorsOption } from '../jobs/returned-errors.ts'
import { type MaxWaiting, maxWaitingOption, type WaitingLimits } from '../sends/max-waiting.ts'
import type { Clock } from '../time/clock.ts'

/** The options of every client, on any engine. */
export interface ClientOptions {
  /**
   * The jobs of this client, or the result of `createJobs`. Default: all definitions of the process, including later
   * ones.
   */
  jobs?: readonly Definition[] | JobSet | undefined
  /** A logger such as pino or the console. Default: readable lines on a terminal, otherwise JSON. */
  logger?: LoggerLike | undefined
  /** Callbacks for every send and attempt, for metrics and traces. */
  hooks?: JobHooks | undefined
  /** Wraps the code of every attempt in this client's engine. The first is the outermost. */
  middleware?: readonly AttemptMiddleware[] | undefined
  /** Traces and metrics of sends and attempts, such as `openTelemetry()` of `@cgk-platform/jobs-otel`. Default: none. */
  instrument?: Instrumentation | undefined
  /** The outputs that fail their attempt, for definitions without this option. Default: none. */
  returnedErrors?: ReturnedErrors | undefined
  /** Encodes payloads, outputs, results of steps and the texts of errors, such as an encryption. Default: none. */
  codec?: JobCodec | undefined
  /** The maximum size of a payload, in bytes of UTF-8 JSON. Default: 120 KiB, which every engine accepts. */
  maxPayloadBytes?: number | undefined
  /**
   * The maximum number of jobs that wait for their first start: `{ limit, perTenant }`. Sends over it fail with a
   * `TooManyWaitingError`. Default: no limit.
   */
  maxWaiting?: MaxWaiting | undefined
  /** The clock of the client. Default: the system clock. */
  clock?: Clock | undefined
}

/** The options for users. Only test kits set the clock. */
type KnownOptions = Omit<ClientOptions, 'clock'>

type SharedOptions = Pick<
  ClientOptions,
  'jobs' | 'logger' | 'hooks' | 'middleware' | 'instrument' | 'returnedErrors' | 'codec'
>

/** The declarations of the options that a client and a host have in common. */
export const sharedOptions: OptionTable<SharedOptions, CheckedOptions<SharedOptions>> = {
  jobs: custom(),
  logger: loggerOption,
  hooks: hooksOption,
  middleware: middlewareOption,
  instrument: instrumentOption,
  returnedErrors: returnedErrorsOption,
  codec: codecOption,
}

/** The options of a client after their check. */
interface CheckedClientOptions extends Omit<CheckedOptions<KnownOptions>, 'maxWaiting'> {
  readonly maxWaiting?: WaitingLimits
}

/** The declarations of a client's options. The options that choose the engine are checked when the engine is loaded. */
export const clientOptions: DeclaredOptions<CheckedClientOptions> = declareOptions<
  KnownOptions & { provider?: unknown; config?: unknown },
  CheckedClientOptions
>('a client', {
  provider: custom(),
  config: custom(),
  ...sharedOptions,
  maxPayloadBytes: integer({ remedy: 'Pass a whole number of bytes.' }),
  maxWaiting: maxWaitingOption,
})
