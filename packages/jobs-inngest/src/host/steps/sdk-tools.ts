import type { IncomingEvent } from '../../wire/inngest-event.ts'

/** The options by which the SDK identifies a step. */
export interface SdkStep {
  readonly id: string
  readonly name: string
  /** Replays the code as soon as this step has ended. Without it, the SDK waits for all parallel steps. */
  readonly parallelMode?: 'race'
}

/** The SDK's step tools that this package uses. */
export interface SdkStepTools {
  run(step: SdkStep, work: () => unknown): Promise<unknown>
  sleep(step: SdkStep, durationMs: number): Promise<void>
  waitForEvent(
    step: SdkStep,
    options: { readonly event: string; readonly timeout: number; readonly if: string },
  ): Promise<IncomingEvent | null>
}
