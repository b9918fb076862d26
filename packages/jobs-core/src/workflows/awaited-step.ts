import type { Json } from '../events/json.ts'
import type { StepCall } from './step-call.ts'
import type { StepRecord } from './workflow-record.ts'

/** A step that the code has called, and that it waits for. */
export interface AwaitedStep {
  readonly call: StepCall
  readonly step: StepRecord
  readonly resolve: (output: Json | undefined) => void
  readonly reject: (error: Error) => void
  /** True once its result may be handed to the code: it is kept. */
  isSaved: boolean
}
