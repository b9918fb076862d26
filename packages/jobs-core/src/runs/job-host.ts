import type { JobSender } from '../sends/job-sender.ts'
import type { Instrumentation } from '../hooks/instrumentation.ts'
import type { CronJobDefinition } from '../jobs/job-definition.ts'
import type { ValueCodec } from '../codec/value-codec.ts'
import type { JobRegistry } from '../jobs/job-registry.ts'
import type { LoggerLike } from '../logging/logger.ts'
import type { WaitingLimits } from '../sends/max-waiting.ts'
import type { Clock } from '../time/clock.ts'
import type { Scope } from '../ambient/async-context.ts'
import type { AttemptMiddleware } from '../hooks/attempt-middleware.ts'
import type { TickHost } from './dispatch-tick.ts'
import type { EndOfTurn } from './end-of-turn.ts'
import type { EngineLimits } from '../engines/engine-limits.ts'
import type { JobsError } from '../errors/jobs-error.ts'
import type { StepCall } from '../steps/step-call.ts'
import type { JobHooks } from '../hooks/hooks.ts'
import type { ReturnedErrors } from '../jobs/returned-errors.ts'

/** The parts of a client that its provider needs. Pass them on whole: attempts need nearly all of them. */
export interface JobHost {
  /** The definitions to run, including later ones. */
  readonly jobs: JobRegistry
  /** The client for sends from handlers. Pass it on as it is: in a handler, `getJobClient()` returns it. */
  readonly client: JobSender
  /** The logger for attempts and for the engine. */
  readonly logger: LoggerLike
  /** The hooks. */
  readonly hooks: JobHooks | undefined
  /** The middleware around attempts, outside the definition's. */
  readonly middleware: readonly AttemptMiddleware[] | undefined
  /** The instrumentation. */
  readonly instrument: Instrumentation | undefined
  /** The outputs that fail their attempt, for definitions without the option. */
  readonly returnedErrors: ReturnedErrors | undefined
  /** Encodes and decodes what attempts store and read. Absent: the client has no codec. */
  readonly codec?: ValueCodec | undefined
  /** The maximum number of jobs that wait for their first start. The provider refuses sends over it. Absent: no limit. */
  readonly maxWaiting?: WaitingLimits | undefined
  /** The engine's limits, from its capabilities. */
  readonly limits: EngineLimits
  /** Returns the engine-specific error of a workflow's step. Default: none. */
  readonly findStepError?: ((call: StepCall, tenantId: string) => JobsError | undefined) | undefined
}

/** A `JobHost`, with what its engine adds for all attempts: `{ ...host, clock }`. */
export interface AttemptHost extends JobHost {
  /** Measures the attempts and the time of the next ones. */
  readonly clock: Clock
  /** Returns a number from 0 up to 1, for jitter. Default `Math.random`. */
  readonly random?: (() => number) | undefined
  /**
   * Returns the host that sends the jobs of the tenants, for the tick of a cron job with `tenants`. Absent: the engine
   * does not support them.
   */
  readonly tickHost?: ((definition: CronJobDefinition, tick: number) => TickHost) | undefined
  /** True if the engine's SDK has a span of its own around each attempt. Only for the instrumentation. Default false. */
  readonly hasEngineSpan?: boolean | undefined
  /** The async context for handlers, with `client`. Default: the present one, with `client`. */
  readonly scope?: Scope | undefined
  /** The end of the turns of `clock`, for all attempts. Default: each attempt has its own. */
  readonly endOfTurn?: EndOfTurn | undefined
}
