import type { Json } from '../values/json.ts'
import type { StepCall } from '../steps/step-call.ts'
import type { StepRecord } from '../steps/workflow-record.ts'

/** A step that the code has called and awaits. */
export interface AwaitedStep {
  readonly call: StepCall
  readonly step: StepRecord
  readonly resolve: (output: Json | undefined) => void
  readonly reject: (error: Error) => void
  /** Whether its result is saved, so that the code can get it. */
  isSaved: boolean
}
