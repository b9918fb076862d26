import type { Definition } from '@cgk-platform/jobs-core'
import { UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'
import { findUnsupportedOptions } from '@cgk-platform/jobs-core/provider'
import { ownEventOf } from '@cgk-platform/jobs-core/scheduling'
import type { TaskOptions } from '@trigger.dev/sdk'

import { requeueAttemptsLimit } from './host/requeue-limits.ts'
import { toTriggerSchedule } from './host/to-trigger-schedule.ts'
import { eventTaskId, taskIdProblem, tickTaskId } from './wire/task-id.ts'

type SdkOptions = TaskOptions<string, unknown>
type RetryOptions = NonNullable<SdkOptions['retry']>

const hookRemedy = "Use the definition's `middleware`. If this hook throws, the run ends without `onFailure`."
const errorRemedy = 'Throw a `NonRetryableError` or a `RetryAfterError` in the handler.'
const queueRemedy = "Use the definition's `concurrency`, which counts the runs of both tasks of a job."

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

/** Options that would break a guarantee that holds on every engine, each with its remedy. */
const refused: Readonly<Record<RefusedOption, string>> = {
  id: "Use the definition's `id`.",
  run: "Use the definition's `handler`.",
  queue: queueRemedy,
  concurrency: queueRemedy,
  maxDuration: "Use the definition's `timeout`. This option ends the run at once, without calling `onFailure`.",
  ttl: 'Set it in a send, or check `event.sentAt` in the handler. This option drops jobs.',
  onFailure: "Use the definition's `onFailure`. This hook runs without the library's checks.",
  catchError: errorRemedy,
  handleError: errorRemedy,
  middleware: hookRemedy,
  init: hookRemedy,
  cleanup: hookRemedy,
  onStart: hookRemedy,
  onStartAttempt: hookRemedy,
  jsonSchema: "Use the event's schema to check payloads. The library defines the payload of a task.",
  triggerSource: 'Only the SDK may set it.',
  agentConfig: 'Only the SDK may set it.',
}

/** The remaining options. A new option of the SDK is a compile error here. */
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

/**
 * Options of a Trigger.dev task, with the SDK's types. Excludes options that would break a guarantee of this library.
 */
export type TriggerOptions = Omit<SdkOptions, RefusedOption | 'retry'> & {
  /** A retry on a larger machine after the run ran out of memory. The definition's `retry` sets everything else. */
  retry?: Pick<RetryOptions, 'outOfMemory'> | undefined
}

declare module '@cgk-platform/jobs-core/provider' {
  interface ProviderOptionTypes {
    'trigger.dev': TriggerOptions
  }
}

/** Returns a definition's options for Trigger.dev. */
export function triggerOptionsOf({ providerOptions }: Definition): TriggerOptions {
  return providerOptions['trigger.dev'] ?? {}
}

/** Returns an error for every part of a definition that Trigger.dev does not support. */
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
  const unknown = Object.keys(triggerOptionsOf(definition).retry ?? {}).filter((option) => option !== 'outOfMemory')
  const remedy = `Remove it from \`${definition.id}\` and use the definition's \`retry\`. Only \`outOfMemory\` is allowed here.`
  return unknown.map((option) => unsupported(`providerOptions['trigger.dev'].retry.${option}`, remedy))
}

/** Rejects ids that are too long. Trigger.dev distinguishes tasks only by the first characters of their ids. */
function longTaskIds(definition: Definition): UnsupportedFeatureError[] {
  const { id, kind } = definition
  const idProblem = taskIdProblem(kind === 'cron' ? tickTaskId(id) : eventTaskId(ownEventOf(id)))
  const problems =
    idProblem === undefined ? [] : [unsupported('an id of this length', `Shorten it: \`${id}\` ${idProblem}.`)]
  if (kind === 'cron' || 'payload' in definition) return problems
  const eventProblem = taskIdProblem(eventTaskId(definition.event))
  if (eventProblem === undefined) return problems
  const remedy = `Shorten it: \`${definition.event}\`, which \`${id}\` handles, ${eventProblem}.`
  return [...problems, unsupported('an event name of this length', remedy)]
}

function scheduleProblems(definition: Definition): UnsupportedFeatureError[] {
  if (definition.kind !== 'cron' || toTriggerSchedule(definition.schedule.schedule) !== undefined) return []
  const remedy =
    `Trigger.dev would ignore the days of the month of \`${definition.id}\`. ` +
    'Write `*` for the day of the month or for the day of the week.'
  return [unsupported('a schedule with a day of the week and nearly every day of the month', remedy)]
}

function requeueProblems({ id, retry }: Definition): UnsupportedFeatureError[] {
  const limit = requeueAttemptsLimit(retry)
  if (limit === undefined) return []
  const remedy =
    `A run can have at most eleven retry delays of 30 s or more. In \`${id}\`, lower \`maxAttempts\` to ${limit} or less, ` +
    'or `maxDelay` to less than 30 s.'
  return [unsupported(`retry.maxAttempts: ${retry.maxAttempts}`, remedy)]
}

/** Trigger.dev's schema of a queue rejects the whole deployment for a higher limit. */
const maxConcurrency = 100_000

function limitProblems({ id, concurrency = {} }: Definition): UnsupportedFeatureError[] {
  const limit = concurrency.limit ?? concurrency.perTenant ?? concurrency.perKey ?? 0
  if (limit <= maxConcurrency) return []
  return [unsupported(`concurrency: ${limit}`, `In \`${id}\`, set at most ${maxConcurrency}, or omit it.`)]
}

function unsupported(feature: string, remedy: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError({ feature, provider: 'trigger.dev', remedy })
}
