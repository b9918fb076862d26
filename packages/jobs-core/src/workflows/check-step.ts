import { InvalidStepError } from '../errors/invalid-step-error.ts'
import { JobsError } from '../errors/jobs-error.ts'
import { requireEvent } from '../events/event-registry.ts'
import type { JobEvent } from '../events/job-events.ts'
import type { Json } from '../events/json.ts'
import { kindOf } from '../options/kind-of.ts'
import { toRetryPolicy } from '../retry/retry-config.ts'
import { toMilliseconds } from '../time/duration.ts'
import type { EventMatch, EventWaitCall, RunCall } from './step-call.ts'
import type { StepContext, WorkflowDefinition } from './workflow-definition.ts'

const longestId = 150

/** Makes the errors of one step. @throws {InvalidStepError} when its id cannot be one. */
export function stepFault(
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
  if (id.length > longestId) throw fault(`has an id of ${id.length} characters`, `Give at most ${longestId}.`)
  if (id.endsWith('/undo'))
    throw fault('ends like an undo of ours', 'The undo of `x` is known as `x/undo`; end it otherwise.')
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
  const fault = stepFault(definition, id)
  if (typeof work !== 'function') throw fault(`has ${kindOf(work)} as its work`, 'Give a function.')
  if (sendOptions !== undefined) checkNames(fault, sendOptions, sendNames)
  const given = options === undefined ? {} : checkNames(fault, options, ['retry', 'timeout', 'compensate'])
  const { retry, timeout, compensate } = given as { retry?: never; timeout?: never; compensate?: unknown }
  if (compensate !== undefined && typeof compensate !== 'function') {
    throw fault(`has ${kindOf(compensate)} as \`compensate\``, 'Give a function.')
  }
  const timeoutMs =
    timeout === undefined ? definition.timeoutMs : asked(fault, () => toMilliseconds(timeout, 'timeout'))
  if (timeoutMs === 0) throw fault('has a `timeout` of 0', "Give milliseconds of 1 or more, or `'30s'`.")
  return {
    work: work as (context: StepContext) => unknown,
    policy: retry === undefined ? definition.retry : asked(fault, () => toRetryPolicy(retry, `step.run(\`${id}\`)`)),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(compensate !== undefined && { compensate: compensate as NonNullable<RunCall['compensate']> }),
  }
}

const sendNames = ['delay', 'runAt', 'maxAttempts', 'traceparent', 'providerOptions']

/** How long to sleep. */
export function durationOf(definition: WorkflowDefinition, id: string, duration: unknown): number {
  return asked(stepFault(definition, id), () => toMilliseconds(duration as number, 'duration'))
}

/** Until when to sleep, epoch milliseconds. */
export function instantOf(definition: WorkflowDefinition, id: string, instant: unknown): number {
  const at = instant instanceof Date ? instant.getTime() : Number.NaN
  if (!Number.isNaN(at)) return at
  const problem = instant instanceof Date ? 'has an invalid Date' : `has ${kindOf(instant)}, not a Date`
  throw stepFault(definition, id)(problem, 'Give a valid `Date`; it comes as text from a payload or a step.')
}

/** What is waited for, with the value that has to match. @throws {UnknownEventError} */
export function checkWait(
  definition: WorkflowDefinition,
  id: string,
  event: string,
  options: unknown,
  trigger: Json,
): Pick<EventWaitCall, 'event' | 'match' | 'timeoutMs'> {
  const fault = stepFault(definition, id)
  requireEvent(event)
  const { match, timeout } = checkNames(fault, options, ['match', 'timeout']) as { match?: unknown; timeout?: never }
  if (timeout === undefined) throw fault('has no `timeout`', "Say how long it waits: `{ timeout: '7d' }`.")
  const timeoutMs = asked(fault, () => toMilliseconds(timeout, 'timeout'))
  return { event, timeoutMs, ...(match !== undefined && { match: matchOf(match, trigger, fault) }) }
}

function matchOf(field: unknown, trigger: Json, fault: ReturnType<typeof stepFault>): EventMatch {
  if (typeof field !== 'string') throw fault(`has ${kindOf(field)} as \`match\``, 'Name a field of both payloads.')
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
  throw stepFault(definition, id)(`has ${what} as its job`, 'Give what `defineJob` or `defineWorkflow` returned.')
}

function checkNames(fault: ReturnType<typeof stepFault>, options: unknown, known: readonly string[]): object {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw fault(`has ${kindOf(options)} as its options`, `Give an object of ${quoted(known)}.`)
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown === undefined) return options
  throw fault(`has \`${unknown}\`, which is not an option here`, `The options are ${quoted(known)}.`)
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}

/** An option's value, with what was wrong in it told of the step. */
function asked<T>(fault: ReturnType<typeof stepFault>, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!JobsError.isInstance(error)) throw error
    const told = fault('cannot be made', error.message)
    told.cause = error
    throw told
  }
}
