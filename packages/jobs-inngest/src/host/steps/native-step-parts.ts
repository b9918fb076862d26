import type { HostParts } from '../host-parts.ts'
import type { EarlierRun } from './earlier-run.ts'
import type { Pass } from './pass.ts'
import type { StepToolsOfSdk } from './sdk-tools.ts'
import type { EngineAttempt, WorkflowAttempts } from './workflow-attempts.ts'

/** What the native steps of a pass stand on. */
export interface NativeStepParts {
  readonly host: HostParts
  readonly sdk: StepToolsOfSdk
  readonly pass: Pass
  readonly at: EngineAttempt
  readonly attempts: WorkflowAttempts
  /** The attempt of the code, counted from 1. */
  readonly runAttempt: number
  readonly tenantId: string
  /** The run that this one was made to retry; nothing, at once, where it was made with its event. */
  earlier(): Promise<EarlierRun | undefined> | undefined
  /** Told by which step the run has failed. */
  failedBy?(step: string | undefined): void
}
