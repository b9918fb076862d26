import type { IncomingEvent } from '../../wire/inngest-event.ts'

/** How the SDK is told of a step. */
export interface SdkStep {
  readonly id: string
  readonly name: string
  /** With it the code is called again as soon as this step has ended, and not when all beside it have. */
  readonly parallelMode?: 'race'
}

/** The step tools of the SDK, as far as they are used. */
export interface SdkStepTools {
  run(step: SdkStep, work: () => unknown): Promise<unknown>
  sleep(step: SdkStep, durationMs: number): Promise<void>
  waitForEvent(
    step: SdkStep,
    options: { readonly event: string; readonly timeout: number; readonly if: string },
  ): Promise<IncomingEvent | null>
}
