import type { Envelope } from '../../src/events/envelope.ts'
import type { EventMessage } from '../../src/jobs/event-message.ts'
import type { JobContext } from '../../src/jobs/job-context.ts'
import type { AttemptReplay } from '../../src/runs/attempt.ts'
import type { Outcome } from '../../src/hooks/outcome.ts'
import { defineWorkflow } from '../../src/jobs/define-workflow.ts'
import { createRecordedStepEngine } from '../../src/workflows/recorded-step-engine.ts'
import type { StepRecordStore } from '../../src/steps/step-record-store.ts'
import type { Steps, WorkflowDefinition } from '../../src/jobs/steps.ts'
import { createWorkflowRecord, type StepRecord, type WorkflowRecord } from '../../src/steps/workflow-record.ts'
import { type AttemptKit, type AttemptSetting, createAttemptKit, orderEnvelope } from './attempt-kit.ts'

export type OrderSteps = (
  step: Steps<'order.created'>,
  context: JobContext,
  event: EventMessage<'order.created'>,
) => unknown
type OrderWorkflowOptions = Omit<
  Parameters<typeof defineWorkflow<'order.created', unknown>>[0],
  'id' | 'event' | 'steps'
>

/** Defines a workflow on `order.created` with the id `fulfil-order`. */
export function orderWorkflow(
  steps: OrderSteps,
  options: OrderWorkflowOptions = {},
): WorkflowDefinition<'order.created'> {
  const reordered = (event: EventMessage<'order.created'>, step: Steps<'order.created'>, context: JobContext) =>
    steps(step, context, event)
  return defineWorkflow({ id: 'fulfil-order', event: 'order.created', steps: reordered, ...options })
}

/** Replays one run of a workflow, under the control of a test. */
export interface WorkflowKit extends Omit<AttemptKit, 'run'> {
  /** The stored record. The next replay starts from a copy of it, as after a crash. */
  record: WorkflowRecord
  /** Runs one replay. `records` overrides members of the kit's store, `steps` its step engine. */
  replay(
    definition: WorkflowDefinition<'order.created'>,
    more?: AttemptSetting & Pick<AttemptReplay, 'steps'> & { readonly records?: Partial<StepRecordStore> },
    envelope?: Envelope,
  ): Promise<Outcome>
  /** Replays until the run has ended, and advances time to each replay. */
  runToEnd(definition: WorkflowDefinition<'order.created'>): Promise<Outcome>
  /** Advances time by one second, with enough turns of the event loop for all pending work. */
  settle(): Promise<void>
  /** Returns the stored record of a step. */
  step(key: string): StepRecord | undefined
}

export function createWorkflowKit(initial: Partial<WorkflowRecord> = {}): WorkflowKit {
  const { run, ...attempts } = createAttemptKit()
  const kit: WorkflowKit = {
    ...attempts,
    record: { ...createWorkflowRecord('run_1', undefined), ...initial },
    step: (key) => kit.record.steps.find((step) => step.key === key),
    async settle() {
      for (let turn = 0; turn < 20; turn++) await kit.clock.advance(50)
    },
    replay(definition, { records, steps: own, ...more } = {}, envelope = orderEnvelope()) {
      const record = copyOf(kit.record)
      const save = (): undefined => void (kit.record = copyOf(record))
      const steps = own ?? createRecordedStepEngine({ record, save, saveRecord: save, ...records })
      return run(definition, envelope, { replay: { startedAt: undefined, steps }, ...more })
    },
    async runToEnd(definition) {
      let attempt = 1
      for (;;) {
        const outcome = await kit.replay(definition, { attempt })
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

/** Creates the record of a completed step. */
export function completedStep(key: string, order: number, more: Partial<StepRecord> = {}): StepRecord {
  return { key, kind: 'run', state: 'completed', attempts: 1, startedAt: 0, endedAt: 1, order, ...more }
}

function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}
