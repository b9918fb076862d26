import { InvalidStepError } from '../errors/invalid-step-error.ts'
import { requireEvent } from '../events/event-registry.ts'
import type { JobEvent } from '../events/job-events.ts'
import type { Json } from '../events/json.ts'
import { kindOf } from '../options/kind-of.ts'
import { checkOptionNames } from '../options/check-option-names.ts'
import { date, duration } from '../options/kinds.ts'
import type { CreateOptionError } from '../options/option.ts'
import type { EventMatch, EventWaitCall, RunCall } from './step-call.ts'
import {
  type StepContext,
  stepOptions,
  stepSendOptionNames,
  waitForEventOptions,
  type WorkflowDefinition,
} from './steps.ts'

const maxIdLength = 150

/** Makes the errors of one step. @throws {InvalidStepError} when its id cannot be one. */
export function stepErrorFactory(
  { id: definitionId }: Pick<WorkflowDefinition, 'id'>,
  id: unknown,
): (problem: string, remedy: string) => InvalidStepError {
  const stepId = String(id)
  const fault = (problem: string, remedy: string): InvalidStepError =>
    new InvalidStepError({ definitionId, stepId, problem, remedy })
  if (typeof id !== 'string' || id.trim() === '') {
    const problem = `has ${typeof id === 'string' ? 'an empty text' : kindOf(id)} as its id`
    throw fault(problem, 'Give a text that names what the step does: `charge`.')
  }
  if (id.length > maxIdLength) throw fault(`has an id of ${id.length} characters`, `Give at most ${maxIdLength}.`)
  if (id.endsWith('/compensation'))
    throw fault(
      'ends like a compensation of ours',
      'The compensation of `x` is known as `x/compensation`; end it otherwise.',
    )
  if (/#\d+$/.test(id)) throw fault('ends like a number of ours', 'Steps of one id are numbered so; end it otherwise.')
  return fault
}

/** What `step.run` and the steps that send have in common. */
export function checkWork(
  definition: WorkflowDefinition,
  id: string,
  work: unknown,
  options: unknown,
  sendOptions?: unknown,
): Omit<RunCall, 'kind' | 'key'> {
  const fault = stepErrorFactory(definition, id)
  if (typeof work !== 'function') throw fault(`has ${kindOf(work)} as its work`, 'Give a function.')
  const cannot = optionErrorFactory(fault)
  checkOptionNames('a step that sends', sendOptions, stepSendOptionNames, cannot)
  const { retry = definition.retry, timeoutMs = definition.timeoutMs, compensate } = stepOptions.read(options, cannot)
  return {
    work: work as (context: StepContext) => unknown,
    policy: retry,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(compensate !== undefined && { compensate }),
  }
}

const sleepTime = duration()
const instant = date({ remedy: 'Give a valid `Date`; it comes as text from a payload or a step.' })

/** How long to sleep. */
export function durationOf(definition: WorkflowDefinition, id: string, given: unknown): number {
  return sleepTime.read(given as number, 'duration', optionErrorFactory(stepErrorFactory(definition, id)))
}

/** Until when to sleep, epoch milliseconds. */
export function instantOf(definition: WorkflowDefinition, id: string, given: unknown): number {
  return instant.read(given as Date, 'instant', optionErrorFactory(stepErrorFactory(definition, id)))
}

/** What is waited for, with the value that has to match. @throws {UnknownEventError} */
export function checkEventWait(
  definition: WorkflowDefinition,
  id: string,
  event: string,
  options: unknown,
  trigger: Json,
): Pick<EventWaitCall, 'event' | 'match' | 'timeoutMs'> {
  const fault = stepErrorFactory(definition, id)
  requireEvent(event)
  const { match, timeoutMs } = waitForEventOptions.read(options, optionErrorFactory(fault))
  return { event, timeoutMs, ...(match !== undefined && { match: matchOf(match, trigger, fault) }) }
}

function matchOf(field: string, trigger: Json, fault: ReturnType<typeof stepErrorFactory>): EventMatch {
  const value = Object.hasOwn(trigger as object, field) ? (trigger as { [key: string]: Json })[field] : undefined
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) {
    return { field, value: value as EventMatch['value'] }
  }
  const problem = `matches \`${field}\`, which is ${kindOf(value)} in the event that began the run`
  throw fault(problem, 'Name a field that is a text, a number, a boolean or null there.')
}

/** The definition that is run. */
export function checkJobStep(
  definition: WorkflowDefinition,
  id: string,
  job: unknown,
): { readonly id: string; readonly event: JobEvent } {
  const { kind, id: jobId, event } = (job ?? {}) as { kind?: unknown; id?: unknown; event?: unknown }
  if ((kind === 'job' || kind === 'workflow') && typeof jobId === 'string')
    return { id: jobId, event: event as JobEvent }
  const what = kind === 'cron' ? 'a cron job' : kindOf(job)
  throw stepErrorFactory(definition, id)(
    `has ${what} as its job`,
    'Give what `defineJob` or `defineWorkflow` returned.',
  )
}

/** Makes the error for an option of a step. */
function optionErrorFactory(fault: ReturnType<typeof stepErrorFactory>): CreateOptionError {
  return (option, problem, remedy) => fault(`cannot be made: \`${option}\` ${problem}`, remedy)
}
