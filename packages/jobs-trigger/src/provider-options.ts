import { type Definition, UnsupportedFeatureError } from '@cgk-platform/jobs-core'
import { findUnsupportedOptions } from '@cgk-platform/jobs-core/provider'
import type { TaskOptions } from '@trigger.dev/sdk'

import { attemptsLimitOf } from './host/requeues.ts'
import { toTriggerSchedule } from './host/to-trigger-schedule.ts'
import { eventTaskId, jobTaskId, taskIdProblem, tickTaskId } from './wire/task-id.ts'

type SdkOptions = TaskOptions<string, unknown>
type RetryOptions = NonNullable<SdkOptions['retry']>

const ownHooks = "Use the definition's `middleware`: where this one throws, the run ends without `onFailure`."
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

declare module '@cgk-platform/jobs-core/provider' {
  interface ProviderOptionTypes {
    'trigger.dev': TriggerOptions
  }
}

/** The options that a definition has for Trigger.dev. */
export function triggerOptionsOf({ providerOptions }: Definition): TriggerOptions {
  return providerOptions['trigger.dev'] ?? {}
}

/** Everything for which Trigger.dev's own rules refuse a definition. */
export function findUnsupportedByTrigger(definition: Definition): UnsupportedFeatureError[] {
  return [
    ...findUnsupportedOptions(definition, { provider: 'trigger.dev', allowed, refused }),
    ...retryProblems(definition),
    ...longTaskIds(definition),
    ...scheduleProblems(definition),
    ...requeueProblems(definition),
    ...limitProblems(definition),
  ]
}

function retryProblems(definition: Definition): UnsupportedFeatureError[] {
  const odd = Object.keys(triggerOptionsOf(definition).retry ?? {}).filter((option) => option !== 'outOfMemory')
  const remedy = `Take it out of \`${definition.id}\`. Use the definition's \`retry\`; \`outOfMemory\` alone is Trigger.dev's.`
  return odd.map((option) => unsupported(`providerOptions['trigger.dev'].retry.${option}`, remedy))
}

/** Tasks are told apart by a part of their id. */
function longTaskIds(definition: Definition): UnsupportedFeatureError[] {
  const { id, kind } = definition
  const ofId = taskIdProblem(kind === 'cron' ? tickTaskId(id) : jobTaskId(id))
  const problems = ofId === undefined ? [] : [unsupported('an id of that length', `\`${id}\` ${ofId}: shorten it.`)]
  if (kind === 'cron') return problems
  const ofEvent = taskIdProblem(eventTaskId(definition.event))
  if (ofEvent === undefined) return problems
  const remedy = `\`${definition.event}\`, which \`${id}\` handles, ${ofEvent}: shorten it.`
  return [...problems, unsupported('an event of that name', remedy)]
}

function scheduleProblems(definition: Definition): UnsupportedFeatureError[] {
  if (definition.kind !== 'cron' || toTriggerSchedule(definition.schedule.schedule) !== undefined) return []
  const remedy = `It would leave out the days of \`${definition.id}\`: write \`*\` for them, or give no day of the week.`
  return [unsupported('a schedule of a day of the week or nearly every day of the month', remedy)]
}

function requeueProblems({ id, retry }: Definition): UnsupportedFeatureError[] {
  const limit = attemptsLimitOf(retry)
  if (limit === undefined) return []
  const remedy =
    `A run can wait for 30 s and more before eleven of its attempts. Lower \`maxAttempts\` in \`${id}\` to ${limit} or less, ` +
    'or `maxDelay` to less than 30 s.'
  return [unsupported(`retry.maxAttempts: ${retry.maxAttempts}`, remedy)]
}

function limitProblems({ id, concurrency }: Definition): UnsupportedFeatureError[] {
  if (concurrency?.limit === undefined || concurrency.perTenant === undefined) return []
  const remedy = `Keep one of the two in \`${id}\`: a queue of Trigger.dev counts either all runs or those of each tenant.`
  return [unsupported('concurrency.limit together with concurrency.perTenant', remedy)]
}

function unsupported(feature: string, remedy: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError({ feature, provider: 'trigger.dev', remedy })
}
