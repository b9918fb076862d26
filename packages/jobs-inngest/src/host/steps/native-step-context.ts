import type { HostDependencies } from '../host-dependencies.ts'
import type { RetriedRun } from './retried-run.ts'
import type { Replay } from './replay.ts'
import type { SdkStepTools } from './sdk-tools.ts'
import type { EngineAttempt, RequestAttempts } from './workflow-attempts.ts'

/** What the native steps of a pass stand on. */
export interface NativeStepContext {
  readonly host: HostDependencies
  readonly sdk: SdkStepTools
  readonly pass: Replay
  /** The request of Inngest's that goes on with the run, or with the one that compensates it. */
  readonly at: EngineAttempt
  /** The run whose steps they are: the idempotency keys are of it. */
  readonly runId: string
  /** True where another run goes on with what this one did: nothing is compensated. */
  readonly isSuperseded?: boolean | undefined
  readonly attempts: RequestAttempts
  /** The attempt of the code, counted from 1. */
  readonly runAttempt: number
  readonly tenantId: string
  /** The run that this one was made to retry; nothing, at once, where it was made with its event. */
  earlier(): Promise<RetriedRun | undefined> | undefined
  /** Told by which step the run has failed. */
  reportFailedStep?(step: string | undefined): void
}
