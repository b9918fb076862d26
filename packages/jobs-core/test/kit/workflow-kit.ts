import type { EventMessage } from '../../src/jobs/event-message.ts'
import type { JobContext } from '../../src/jobs/job-context.ts'
import type { AttemptOptions } from '../../src/runs/attempt.ts'
import type { Outcome } from '../../src/runs/outcome.ts'
import { defineWorkflow } from '../../src/workflows/define-workflow.ts'
import { createRecordedStepEngine } from '../../src/workflows/recorded-step-engine.ts'
import type { StepRecordStore } from '../../src/workflows/step-record-store.ts'
import type { Steps, WorkflowDefinition } from '../../src/workflows/steps.ts'
import { createWorkflowRecord, type StepRecord, type WorkflowRecord } from '../../src/workflows/workflow-record.ts'
import { type AttemptKit, createAttemptKit, orderEnvelope } from './attempt-kit.ts'

export type OrderSteps = (
  step: Steps<'order.created'>,
  context: JobContext,
  event: EventMessage<'order.created'>,
) => unknown
type OrderWorkflowOptions = Omit<
  Parameters<typeof defineWorkflow<'order.created', unknown>>[0],
  'id' | 'event' | 'steps'
>

/** A workflow on `order.created`, named `fulfil-order`. */
export function orderWorkflow(
  steps: OrderSteps,
  options: OrderWorkflowOptions = {},
): WorkflowDefinition<'order.created'> {
  const reordered = (event: EventMessage<'order.created'>, step: Steps<'order.created'>, context: JobContext) =>
    steps(step, context, event)
  return defineWorkflow({ id: 'fulfil-order', event: 'order.created', steps: reordered, ...options })
}

/** The passes of one run over a workflow, in a test's hands. */
export interface WorkflowKit extends Omit<AttemptKit, 'run'> {
  /** What was kept last: the next pass begins from a copy of it, as after a crash. */
  kept: WorkflowRecord
  /** Makes a pass. What `records` has replaces what the kit would do. */
  pass(
    definition: WorkflowDefinition<'order.created'>,
    more?: Partial<AttemptOptions> & { readonly records?: Partial<StepRecordStore> },
  ): Promise<Outcome>
  /** One pass after the other until the run has ended, with time moved on to where each is due. */
  live(definition: WorkflowDefinition<'order.created'>): Promise<Outcome>
  /** Lets a second pass, and so many turns of the loop that whatever would still happen has. */
  rest(): Promise<void>
  /** The kept record of a step. */
  step(key: string): StepRecord | undefined
}

export function createWorkflowKit(kept: Partial<WorkflowRecord> = {}): WorkflowKit {
  const { run, ...attempts } = createAttemptKit()
  const kit: WorkflowKit = {
    ...attempts,
    kept: { ...createWorkflowRecord('run_1', undefined), ...kept },
    step: (key) => kit.kept.steps.find((step) => step.key === key),
    async rest() {
      for (let turn = 0; turn < 20; turn++) await kit.clock.advance(50)
    },
    pass(definition, { records, ...more } = {}) {
      const record = copyOf(kit.kept)
      const keep = (): undefined => void (kit.kept = copyOf(record))
      const steps = createRecordedStepEngine({ record, save: keep, saveFailure: keep, ...records })
      return run(definition, orderEnvelope(), { steps, ...more })
    },
    async live(definition) {
      let attempt = 1
      for (;;) {
        const outcome = await kit.pass(definition, { attempt })
        if (outcome.type === 'retry') {
          attempt++
          await kit.clock.advance(outcome.afterMs)
        } else if (outcome.type === 'suspended' && outcome.wakeAt !== undefined) {
          await kit.clock.advance(Math.max(0, outcome.wakeAt - kit.clock.now()))
        } else return outcome
      }
    },
  }
  return kit
}

/** The record of a step that completed. */
export function completedStep(key: string, order: number, more: Partial<StepRecord> = {}): StepRecord {
  return { key, kind: 'run', state: 'completed', attempts: 1, startedAt: 0, endedAt: 1, order, ...more }
}

function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}
