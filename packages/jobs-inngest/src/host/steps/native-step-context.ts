import type { Restart } from '../../wire/attempt-record.ts'
import type { HostDependencies } from '../host-dependencies.ts'
import type { Parked } from './park-request.ts'
import type { ReplayRequest } from './replay-request.ts'
import type { RetriedRun } from './retried-run.ts'
import type { SdkStepTools } from './sdk-tools.ts'
import type { EngineAttempt, RequestAttempts } from './workflow-attempts.ts'

/** The services and facts that the native steps of one replay need. */
export interface NativeStepContext {
  readonly host: HostDependencies
  readonly sdk: SdkStepTools
  readonly request: ReplayRequest
  /** Inngest's attempt of the run, or of the run that compensates it. */
  readonly engineAttempt: EngineAttempt
  /** Id of the run that the steps belong to. Idempotency keys contain it. */
  readonly runId: string
  /** True if another run retries this one and reuses its steps. Then nothing is compensated. */
  readonly isSuperseded?: boolean | undefined
  readonly attempts: RequestAttempts
  /** The attempt of the code, counted from 1. */
  readonly runAttempt: number
  readonly tenantId: string
  /** Returns the run that this one retries; `undefined`, synchronously, if Inngest started this run for its event. */
  retriedRun(): Promise<RetriedRun | undefined> | undefined
  /** The last `step.restart` before this run, as far as its own steps do not tell. */
  readonly restart?: Restart | undefined
  /** Since when the request for one step waits for other code, epoch milliseconds; `undefined` if it does not. */
  readonly parkedSince?: number | undefined
  /** Is called if the code does not fit to a request for one step, which cannot sleep. */
  reportParked?(parked: Parked): void
  /** Is called with the key of the step that made the run fail, if a step did. */
  reportFailedStep?(step: string | undefined): void
}
