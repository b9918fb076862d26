import { InvalidStepError } from '../errors/invalid-step-error.ts'
import { quote, textOf } from '../errors/quote.ts'
import { eventRegistryOf } from '../jobs/event-registry-of.ts'
import type { JobEvent } from '../events/job-events.ts'
import type { Signal } from '../events/define-signal.ts'
import { signalEventOf, signalOf } from '../events/signal-event.ts'
import { ownDefinitionIdOf, ownEventOf } from '../events/own-event.ts'
import type { Envelope } from '../events/envelope.ts'
import type { RunRestart } from '../hooks/outcome.ts'
import type { Json } from '../values/json.ts'
import { kindOf } from '../options/kind-of.ts'
import { checkOptionNames } from '../options/check-option-names.ts'
import { date, duration } from '../options/kinds.ts'
import type { CreateOptionError } from '../options/option.ts'
import { isMatchValue } from '../jobs/event-match.ts'
import type { EventMatch } from '../status/step-status.ts'
import type { EventWaitCall, RunCall } from '../steps/step-call.ts'
import {
  sinceRemedy,
  type StepContext,
  stepOptions,
  stepSendOptionNames,
  waitForEventOptions,
  waitForSignalOptions,
  type WorkflowDefinition,
} from '../jobs/steps.ts'

const maxIdLength = 150

/** Returns a function that creates the errors of a step. @throws {InvalidStepError} if the step's id is invalid. */
export function stepErrorFactory(
  { id: definitionId }: Pick<WorkflowDefinition, 'id'>,
  id: unknown,
): (problem: string, remedy: string) => InvalidStepError {
  const stepId = textOf(id)
  const createError = (problem: string, remedy: string): InvalidStepError =>
    new InvalidStepError({ definitionId, stepId, problem, remedy })
  if (typeof id !== 'string' || id.trim() === '') {
    const problem = `has ${typeof id === 'string' ? 'an empty string' : kindOf(id)} as its id`
    throw createError(problem, 'Use a string that names what the step does, such as `charge`.')
  }
  if (id.length > maxIdLength)
    throw createError(`has an id of ${id.length} characters`, `The maximum is ${maxIdLength}.`)
  if (!id.isWellFormed()) throw createError('has an id with a lone surrogate', 'Use whole characters.')
  if (id.endsWith('/compensation'))
    throw createError(
      'ends with `/compensation`, which is reserved',
      'The compensation of a step `x` has the id `x/compensation`. Use another id.',
    )
  if (/#\d+$/.test(id))
    throw createError(
      'ends with `#` and a number, which is reserved',
      'Repeated steps with one id are numbered `x#2`. Use another id.',
    )
  return createError
}

/** Checks the work and the options of `step.run` or of a step that sends. */
export function checkWork(
  definition: WorkflowDefinition,
  id: string,
  work: unknown,
  options: unknown,
  sendOptions?: unknown,
): Omit<RunCall, 'kind' | 'key'> {
  const createError = stepErrorFactory(definition, id)
  if (typeof work !== 'function') throw createError(`has ${kindOf(work)} as its work`, 'Pass a function.')
  const createOptionError = optionErrorFactory(createError)
  checkOptionNames('a step that sends', sendOptions, stepSendOptionNames, createOptionError)
  const {
    retry = definition.retry,
    timeoutMs = definition.timeoutMs,
    compensate,
    transaction = definition.transaction,
  } = stepOptions.read(options, createOptionError)
  if (transaction && !definition.transaction) {
    throw createOptionError('transaction', 'is `true`, but not in the workflow', 'Set it in `defineWorkflow`.')
  }
  return {
    work: work as (context: StepContext) => unknown,
    policy: retry,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(compensate !== undefined && { compensate }),
    ...(transaction && { transaction }),
  }
}

const sleepTime = duration()
const instant = date({ remedy: 'Pass a valid `Date`. Payloads and step results contain dates as strings.' })

/** Returns the duration of a sleep in milliseconds. */
export function durationOf(definition: WorkflowDefinition, id: string, input: unknown): number {
  return sleepTime.read(input as number, 'duration', optionErrorFactory(stepErrorFactory(definition, id)))
}

/** Returns the end of a sleep, epoch milliseconds. */
export function instantOf(definition: WorkflowDefinition, id: string, input: unknown): number {
  return instant.read(input as Date, 'instant', optionErrorFactory(stepErrorFactory(definition, id)))
}

/** The run in which a wait is called. */
export interface WaitingRun {
  /** The event that started the run. */
  readonly trigger: Pick<Envelope, 'payload' | 'sentAt'>
  readonly jobId: string
  /** The last `step.restart` of the run. Absent: there was none. */
  readonly restarted?: RunRestart
  /** Returns true if the code has called a step before the wait. */
  hasCalled(key: string): boolean
}

/** Checks a wait for an event and returns the value to match. @throws {UnknownEventError} */
export function checkEventWait(
  definition: WorkflowDefinition,
  id: string,
  event: string,
  options: unknown,
  run: WaitingRun,
): Omit<EventWaitCall, 'kind' | 'key'> {
  const createError = stepErrorFactory(definition, id)
  eventRegistryOf(definition).require(event)
  if (ownDefinitionIdOf(event) !== undefined || signalOf(event) !== undefined) {
    throw createError(
      `waits for ${quote(event)}, which is no event`,
      'Use `step.runJob` for a job, `step.waitForSignal` for a signal.',
    )
  }
  const { match, timeoutMs, since } = waitForEventOptions.read(options, optionErrorFactory(createError))
  const values = typeof match === 'string' ? matchOf(match, run.trigger.payload, createError) : match
  return {
    event,
    timeoutMs,
    ...(values && { match: values }),
    ...(since !== undefined && pastOf(since, run, createError)),
  }
}

function pastOf(
  since: string,
  { trigger, jobId: ownJobId, restarted, hasCalled }: WaitingRun,
  createError: ReturnType<typeof stepErrorFactory>,
): Pick<EventWaitCall, 'since' | 'ownJobId'> {
  if (since === 'start') return { since: restarted?.since ?? trigger.sentAt, ownJobId }
  if (hasCalled(since)) return { since: { step: since }, ownJobId }
  throw createError(`waits for events since ${quote(since)}, which the code has not called before`, sinceRemedy)
}

/** Checks a wait for a signal and returns the wait for the event that carries it. */
export function checkSignalWait(
  definition: WorkflowDefinition,
  id: string,
  signal: unknown,
  options: unknown,
  { trigger, jobId }: Pick<WaitingRun, 'trigger' | 'jobId'>,
): Omit<EventWaitCall, 'kind' | 'key'> {
  const createError = stepErrorFactory(definition, id)
  const { name, payload } = (signal ?? {}) as Partial<Signal>
  if (typeof name !== 'string' || payload === undefined) {
    throw createError(`has ${kindOf(signal)} as its signal`, 'Pass the result of `defineSignal`.')
  }
  if (!eventRegistryOf(definition).find(signalEventOf(name))) {
    throw createError(
      `waits for the signal ${quote(name)}, which these jobs do not define`,
      'Use the `defineSignal` of the same `createJobs`, or the function of the module for jobs of the process.',
    )
  }
  const { timeoutMs } = waitForSignalOptions.read(options, optionErrorFactory(createError))
  const event = signalEventOf(name)
  // Also after a restart: a signal waits until the job takes it.
  return { event, match: { jobId }, timeoutMs, since: trigger.sentAt, ownJobId: jobId }
}

function matchOf(field: string, trigger: Json, createError: ReturnType<typeof stepErrorFactory>): EventMatch {
  const value = Object.hasOwn(trigger as object, field) ? (trigger as { [key: string]: Json })[field] : undefined
  if (isMatchValue(value)) return { [field]: value }
  const problem = `matches ${quote(field)}, which is ${kindOf(value)} in the event that started the run`
  throw createError(problem, 'Name a field whose value there is a string, number, boolean or null.')
}

/** Checks the definition that `step.runJob` runs. Returns its id and its own event, which starts no other run. */
export function checkJobStep(
  definition: WorkflowDefinition,
  id: string,
  job: unknown,
): { readonly id: string; readonly event: JobEvent } {
  const { kind, id: jobId } = (job ?? {}) as { kind?: unknown; id?: unknown }
  if ((kind === 'job' || kind === 'batch' || kind === 'workflow') && typeof jobId === 'string')
    return { id: jobId, event: ownEventOf(jobId) as string as JobEvent }
  const what = kind === 'cron' ? 'a cron job' : kindOf(job)
  throw stepErrorFactory(definition, id)(
    `has ${what} as its job`,
    'Pass the result of `defineJob`, `defineBatchJob` or `defineWorkflow`.',
  )
}

/** Returns a function that creates the errors of a step's options. */
function optionErrorFactory(createError: ReturnType<typeof stepErrorFactory>): CreateOptionError {
  return (option, problem, remedy) => createError(`has an invalid option: ${quote(option)} ${problem}`, remedy)
}
