import type { RetryConfig } from '@cgk-platform/jobs-core'
import type { StepSendOptions } from '@cgk-platform/jobs-core/hosted'
import type { Json } from '@cgk-platform/jobs-core/provider'

import type { InvalidOutput, ScriptedFailure } from './script.ts'

/** The actions of a step's work, or of its compensation. */
export interface StepScript {
  readonly waitMs?: number
  /** Then wait until the case releases the workflow's job. */
  readonly isHeld?: boolean
  /** Whether an abort of the signal does not end the waits. */
  readonly ignoresSignal?: boolean
  readonly failure?: ScriptedFailure
  /** Whether each attempt fails until the case releases the workflow's job. */
  readonly failsUntilReleased?: boolean
  readonly returns?: Json
  readonly returnsOdd?: InvalidOutput | 'date'
  /** Return a string that has this many bytes as JSON. */
  readonly returnsBytes?: number
  /** Await this job with `waitForJob`. */
  readonly awaits?: string
  /** Calls a step with this id inside the work. */
  readonly nests?: string
}

/** One operation of a workflow's code. Each adds its result to the run's output. */
export type WorkflowOp =
  | {
      readonly do: 'run'
      readonly id: string
      readonly script?: StepScript
      readonly compensation?: StepScript
      readonly retry?: RetryConfig
      readonly timeout?: number
    }
  | { readonly do: 'sleep'; readonly id: string; readonly ms: number }
  | { readonly do: 'sleepUntil'; readonly id: string; readonly afterSendMs: number }
  | {
      readonly do: 'wait'
      readonly id: string
      readonly event?: string
      readonly match?: string | Readonly<Record<string, Json>>
      readonly since?: string
      readonly timeoutMs: number
    }
  /** Waits for the suite's signal. */
  | { readonly do: 'signal'; readonly id: string; readonly timeoutMs: number }
  | {
      readonly do: 'send'
      readonly id: string
      readonly event?: string
      /** A job with `payload`, sent instead of an event. */
      readonly definition?: string
      readonly payload?: Readonly<Record<string, Json>>
      readonly options?: StepSendOptions
    }
  | {
      readonly do: 'job'
      readonly id: string
      readonly definition?: string
      readonly script?: Readonly<Record<string, unknown>>
      /** The tenant of the payload. Default: none. */
      readonly tenantId?: string
      /** The program of a workflow. */
      readonly program?: WorkflowProgram
      readonly options?: StepSendOptions
    }
  /** Runs branches in parallel. The result contains the results of the branches. */
  | { readonly do: 'all' | 'race' | 'settled'; readonly branches: readonly WorkflowProgram[] }
  | { readonly do: 'times'; readonly count: number; readonly program: WorkflowProgram }
  /** Runs `then` if the previous result equals `lastIs`, otherwise `else`. */
  | { readonly do: 'if'; readonly lastIs: Json; readonly then: WorkflowProgram; readonly else: WorkflowProgram }
  /** Catches a failure and returns it as JSON. */
  | { readonly do: 'catch'; readonly program: WorkflowProgram }
  /** Throws between the steps. */
  | { readonly do: 'throw'; readonly failure: ScriptedFailure }
  /** Awaits a job with `waitForJob`, outside a step. */
  | { readonly do: 'awaitJob'; readonly jobId: string }
  /** Awaits something other than a step. */
  | { readonly do: 'await'; readonly ms: number }
  /** Simulates changed code: `before` in the first replay, `after` in later ones. */
  | { readonly do: 'changed'; readonly before: WorkflowProgram; readonly after: WorkflowProgram }
  /** Changed code: `before` until a generation of it is deployed, `after` since. */
  | {
      readonly do: 'deployed'
      readonly generation: number
      readonly before: WorkflowProgram
      readonly after: WorkflowProgram
    }
  /** Returns the generation of the code. */
  | { readonly do: 'generation' }
  | { readonly do: 'patched'; readonly id: string }
  /** Begins the run again with this program. */
  | { readonly do: 'restart'; readonly program: WorkflowProgram; readonly payload?: Readonly<Record<string, Json>> }
  /** Calls a step after the code has returned. */
  | { readonly do: 'late'; readonly id: string }

/** The operations of a workflow's code, in order. */
export type WorkflowProgram = readonly WorkflowOp[]
