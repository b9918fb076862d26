import { type Definition, UnsupportedFeatureError } from '@cgk-platform/jobs-core'
import type { TaskOptions } from '@trigger.dev/sdk'

import { attemptsLimitOf } from './host/requeues.ts'
import { toTriggerSchedule } from './host/to-trigger-schedule.ts'
import { eventTaskId, jobTaskId, taskIdProblem, tickTaskId } from './wire/task-id.ts'

type SdkOptions = TaskOptions<string, unknown>
type RetryOptions = NonNullable<SdkOptions['retry']>

const ownHooks = 'Do it in the handler, or with `hooks`: where this one throws, the run ends without `onFailure`.'
const ownErrors = 'Throw a `NonRetryableError` or a `RetryAfterError` in the handler.'
const ownQueue = 'Use `concurrency`: the runs of a job come from two tasks, and are counted together there.'

type RefusedOption =
  | 'id'
  | 'run'
  | 'queue'
  | 'concurrency'
  | 'maxDuration'
  | 'ttl'
  | 'onFailure'
  | 'catchError'
  | 'handleError'
  | 'middleware'
  | 'init'
  | 'cleanup'
  | 'onStart'
  | 'onStartAttempt'
  | 'jsonSchema'
  | 'triggerSource'
  | 'agentConfig'

/** What would break a promise that holds on every engine, and what to do instead. */
const refused: Readonly<Record<RefusedOption, string>> = {
  id: 'The definition has an id.',
  run: 'The definition has a handler.',
  queue: ownQueue,
  concurrency: ownQueue,
  maxDuration: 'Use `timeout`: this one ends the run at once, and `onFailure` is not called.',
  ttl: 'It drops jobs. Look at `event.sentAt` in the handler.',
  onFailure: "Use the definition's `onFailure`: this one is called without the checks.",
  catchError: ownErrors,
  handleError: ownErrors,
  middleware: ownHooks,
  init: ownHooks,
  cleanup: ownHooks,
  onStart: ownHooks,
  onStartAttempt: ownHooks,
  jsonSchema: "What a task is triggered with is ours; an event's payload is checked by the event's schema.",
  triggerSource: "It is the SDK's own.",
  agentConfig: "It is the SDK's own.",
}

/** All that are left; one that the SDK comes to know is an error of the compiler here. */
const allowed: Record<keyof TriggerOptions, true> = {
  description: true,
  machine: true,
  retry: true,
  onSuccess: true,
  onComplete: true,
  onCancel: true,
  onWait: true,
  onResume: true,
}

/** Options of a Trigger.dev task, in the SDK's own types, without those that would break a promise of this library. */
export type TriggerOptions = Omit<SdkOptions, RefusedOption | 'retry'> & {
  /** What becomes of a run that had too little memory. All else about retries is the definition's `retry`. */
  retry?: Pick<RetryOptions, 'outOfMemory'>
}

declare module '@cgk-platform/jobs-core' {
  interface ProviderOptionTypes {
    'trigger.dev': TriggerOptions
  }
}

/** The options that a definition has for Trigger.dev. */
export function triggerOptionsOf({ providerOptions }: Definition): TriggerOptions {
  return providerOptions['trigger.dev'] ?? {}
}

/** Refuses what Trigger.dev cannot do for a definition. @throws {UnsupportedFeatureError} naming it. */
export function checkTriggerDefinition(definition: Definition): void {
  checkOptions(definition)
  checkTaskIds(definition)
  checkSchedule(definition)
  checkRequeues(definition)
  const { id, concurrency } = definition
  if (concurrency?.limit !== undefined && concurrency.perTenant !== undefined) {
    const remedy = `Keep one of the two in \`${id}\`: a queue of Trigger.dev counts either all runs or those of each tenant.`
    throw unsupported('concurrency.limit together with concurrency.perTenant', remedy)
  }
}

function checkOptions(definition: Definition): void {
  const options: Readonly<Record<string, unknown>> = { ...triggerOptionsOf(definition) }
  const refuse = (option: string, remedy: string): never => {
    throw unsupported(`providerOptions['trigger.dev'].${option}`, `(In \`${definition.id}\`.) ${remedy}`)
  }
  for (const [option, remedy] of Object.entries(refused)) {
    if (options[option] !== undefined) refuse(option, remedy)
  }
  const unknown = Object.keys(options).find((option) => !(option in allowed) && !(option in refused))
  if (unknown !== undefined) refuse(unknown, `It is none: ${Object.keys(allowed).join(', ')}.`)
  const other = Object.keys(options['retry'] ?? {}).find((option) => option !== 'outOfMemory')
  if (other !== undefined)
    refuse(`retry.${other}`, "Use the definition's `retry`; `outOfMemory` alone is Trigger.dev's.")
}

/** Tasks are told apart by a part of their id. */
function checkTaskIds(definition: Definition): void {
  const { id } = definition
  const ofId = taskIdProblem(definition.kind === 'cron' ? tickTaskId(id) : jobTaskId(id))
  if (ofId !== undefined) throw unsupported('an id of that length', `\`${id}\` ${ofId}: shorten it.`)
  if (definition.kind === 'cron') return
  const ofEvent = taskIdProblem(eventTaskId(definition.event))
  if (ofEvent === undefined) return
  throw unsupported(
    'an event of that name',
    `\`${definition.event}\`, which \`${id}\` handles, ${ofEvent}: shorten it.`,
  )
}

function checkSchedule(definition: Definition): void {
  if (definition.kind !== 'cron' || toTriggerSchedule(definition.schedule.schedule) !== undefined) return
  const remedy = `It would leave out the days of \`${definition.id}\`: write \`*\` for them, or give no day of the week.`
  throw unsupported('a schedule of a day of the week or nearly every day of the month', remedy)
}

function checkRequeues({ id, retry }: Definition): void {
  const limit = attemptsLimitOf(retry)
  if (limit === undefined) return
  const remedy =
    `A run of Trigger.dev can wait for 30 s and more eleven times. Lower \`maxAttempts\` in \`${id}\` to ${limit} or less, ` +
    'or `maxDelay` to less than 30 s.'
  throw unsupported(`retry.maxAttempts: ${retry.maxAttempts} with such delays`, remedy)
}

function unsupported(feature: string, remedy: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError({ feature, provider: 'trigger.dev', remedy })
}
