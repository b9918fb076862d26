import type { RetryConfig } from '../retry/retry-config.ts'
import type { InvalidOutput, ScriptedFailure } from './script.ts'
import type { Json } from '../events/json.ts'

/** What the work of a step does, or its compensation. */
export interface StepScript {
  readonly waitMs?: number
  readonly failure?: ScriptedFailure
  readonly returns?: Json
  readonly returnsOdd?: InvalidOutput | 'date'
  /** Return a text that has this many bytes as JSON. */
  readonly returnsBytes?: number
  /** Calls a step of this id inside of the work. */
  readonly nests?: string
}

/** One thing that the code of a workflow does. Each adds what came of it to the run's output. */
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
      readonly match?: string
      readonly timeoutMs: number
    }
  | {
      readonly do: 'send'
      readonly id: string
      readonly event?: string
      readonly payload?: Readonly<Record<string, Json>>
    }
  | {
      readonly do: 'job'
      readonly id: string
      readonly definition?: string
      readonly script?: Readonly<Record<string, unknown>>
    }
  /** Branches side by side; the answer is what each came to. */
  | { readonly do: 'all' | 'race' | 'settled'; readonly branches: readonly WorkflowProgram[] }
  | { readonly do: 'times'; readonly count: number; readonly program: WorkflowProgram }
  /** Does the first where what came before is this, otherwise the second. */
  | { readonly do: 'if'; readonly lastIs: Json; readonly then: WorkflowProgram; readonly else: WorkflowProgram }
  /** Goes on after a failure, with its words as the answer. */
  | { readonly do: 'catch'; readonly program: WorkflowProgram }
  /** Throws between the steps. */
  | { readonly do: 'throw'; readonly failure: ScriptedFailure }
  /** Awaits something that is no step. */
  | { readonly do: 'await'; readonly ms: number }
  /** Code that was changed meanwhile: the first program in the first pass, the other one in those after it. */
  | { readonly do: 'changed'; readonly before: WorkflowProgram; readonly after: WorkflowProgram }
  /** Calls a step once the code has returned. */
  | { readonly do: 'late'; readonly id: string }

/** What the code of a workflow does, one thing after the other. */
export type WorkflowProgram = readonly WorkflowOp[]
