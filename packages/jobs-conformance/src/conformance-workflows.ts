import {
  defineWorkflow,
  type Definition,
  type EventMessage,
  eventType,
  type JobContext,
  type JobEvent,
  type Steps,
  type WorkflowOptions,
} from '@cgk-platform/jobs-core'
import type { Json } from '@cgk-platform/jobs-core/provider'
import type { StandardSchemaV1, EventDefinition } from '@cgk-platform/jobs-core/tools'

import type { ConformanceEvent } from './conformance-events.ts'
import { definitionMiddleware } from './conformance-middleware.ts'
import { performProgram } from './perform-program.ts'
import { enclosingMiddleware } from './enclosing-middleware.ts'
import { record } from './journal.ts'
import { triggerOf } from './trigger-of.ts'

/** The timeout of the runs of the definitions with a limit for them. */
export const runTimeoutMs = 15_000

/** The `runTimeout` of a job that must not reach it, however busy the machine is. */
export const longRunTimeoutMs = 3_600_000

/** The `maxSteps` of the workflow with few steps. */
export const fewSteps = 5

/** The `parkTimeout` of the workflow whose runs do not wait long for other code. */
export const parkTimeoutMs = 3000

/** The version of a versioned workflow in one generation of the code. */
export function versionOf(generation: number): string {
  return `v${generation}`
}

/** Defines the suite's workflows. @param jobs - the definitions that their programs can run */
export function defineConformanceWorkflows(
  unitMs: number,
  jobs: readonly Definition[],
  generation: number,
): Definition[] {
  const retry = { maxAttempts: 3, backoff: 'fixed', initialDelay: unitMs } as const
  const make = (
    name: string,
    { id = `conformance-${name}`, ...more }: Partial<WorkflowOptions<JobEvent, unknown>>,
    payload?: StandardSchemaV1,
  ) => {
    return defineWorkflow({
      id,
      ...triggerOf(`conformance.${name}` as ConformanceEvent, payload),
      retry,
      ...more,
      ...codeOf(id, generation),
    }) as Definition
  }
  const codeOf = (id: string, ofGeneration: number) => ({
    steps: (event: EventMessage, step: Steps, context: JobContext) =>
      performProgram({
        definition: id,
        event,
        step,
        context,
        jobs: [...jobs, ...workflows].filter(isOfEvent),
        generation: ofGeneration,
      }),
    onFailure: (error: Error, _event: EventMessage, context: JobContext) => {
      const { jobId, runId, attempt, maxAttempts, tenantId } = context
      const { name, message } = error
      const details = { name, message, layers: enclosingMiddleware(), generation: ofGeneration }
      record({ kind: 'onFailure', definition: id, jobId, runId, attempt, maxAttempts, tenantId, details })
    },
  })
  const version = versionOf(generation)
  const before = generation - 1
  const previous = [{ version: versionOf(before), ...codeOf('conformance-workflow-previous', before) }]
  const once = { maxAttempts: 1 }
  const workflows: Definition[] = [
    make('workflow', { middleware: definitionMiddleware() }),
    make('pausable-workflow', {}),
    make('workflow-few', { maxSteps: fewSteps }),
    make('workflow-timed', { runTimeout: runTimeoutMs }),
    make('workflow-compensated', { compensateOnCancel: true }),
    make('workflow-disabled', { event: 'conformance.disabled' as JobEvent, enabled: false }),
    make('workflow-versioned', { version, retry: once }),
    make('workflow-previous', { version, previous, retry: once }),
    make('workflow-parking', { version, retry: once, parkTimeout: parkTimeoutMs }),
    make('workflow-stricter', {}),
    make('workflow-returned-errors', { returnedErrors: toReturnedError }),
    make('own-workflow', {}, eventType()),
    make('slashed-workflow', { id: 'conformance/slashed/workflow' }),
  ]
  return workflows
}

/** Returns an error if a program's last result is a failure. */
function toReturnedError(output: Json): Error | undefined {
  const last = Array.isArray(output) ? output.at(-1) : undefined
  return isFailure(last) ? new Error('the workflow returned a failure') : undefined
}

function isFailure(result: Json | undefined): boolean {
  return typeof result === 'object' && result !== null && 'success' in result
}

function isOfEvent(definition: Definition): definition is EventDefinition {
  return definition.kind !== 'cron'
}
