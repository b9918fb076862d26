import {
  type Capabilities,
  defineJob,
  type Definition,
  type EventMessage,
  type JobContext,
  type JobEvent,
  type JobOptions,
} from '@cgk-platform/jobs-core'
import { type Backoff, checkDefinitionSupport } from '@cgk-platform/jobs-core/hosted'
import { UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'
import { type StandardSchemaV1, withSeparateRegistry } from '@cgk-platform/jobs-core/tools'
import * as z from 'zod/v4'

import { defineBatched } from './define-batched.ts'
import { defineConformanceAlerts, defineConformanceCronJobs } from './conformance-cron-jobs.ts'
import { defineConformanceWorkflows, longRunTimeoutMs, runTimeoutMs } from './conformance-workflows.ts'
import { definitionMiddleware } from './conformance-middleware.ts'
import { type ConformanceEvent, declareConformanceEvents } from './conformance-events.ts'
import { triggerOf } from './trigger-of.ts'
import { datePathsIn } from './date-paths-in.ts'
import { performScript, reportFailure } from './perform-script.ts'
import type { Script, ScriptPayload } from './script.ts'

/** Period of the definition with one throttle for all tenants, which starts one run in it. */
export const throttleMs = 1000

/** Timeout of the definition with a timeout. */
export const timeoutMs = 400

/** The `maxWait` of the batched definition that does not wait for a full batch. */
export const batchWaitMs = 1000

/** The period of the definition with one throttled run at a time for each tenant. */
export const slowThrottleMs = 5000

/** The period of the debounced definitions. */
export const debounceMs = 3000

/** The `maxWait` of the definition that has one. */
const maxDebounceMs = 4500

/** The code of the suite's definitions. */
export interface ConformanceCode {
  /** Counts the deploys of other code in a run of the suite. Default 0. */
  readonly generation?: number | undefined
}

/**
 * Returns all definitions of the suite, for a host in any process. The same arguments give the same definitions in every
 * process. Definitions that need an unsupported feature are omitted.
 *
 * @param capabilities - the capabilities of the engine. Default: an engine that supports everything.
 */
export function conformanceJobs(capabilities?: Capabilities, { generation = 0 }: ConformanceCode = {}): Definition[] {
  declareConformanceEvents(generation)
  const unitMs = Math.max(100, capabilities?.minRetryDelayMs ?? 0)
  return withSeparateRegistry(() => {
    const jobs = defineScriptedJobs(unitMs)
    // Of an event that others handle, and in no worker.
    const missing = defineScripted('fan-out', { id: 'conformance-missing' })
    const workflows = defineConformanceWorkflows(unitMs, [...jobs, missing], generation)
    return [...jobs, ...defineConformanceCronJobs(unitMs), defineConformanceAlerts(), ...workflows]
  }).filter((definition) => !capabilities || isSupported(capabilities, definition))
}

function defineScriptedJobs(unitMs: number): Definition[] {
  const fixed = (maxAttempts: number) => ({ maxAttempts, backoff: 'fixed', initialDelay: unitMs }) as const
  return [
    defineScripted('plain', { retry: fixed(3) }),
    defineScripted('defaults', {}),
    defineScripted('fixed', { retry: fixed(3) }),
    defineScripted('linear', { retry: { maxAttempts: 4, backoff: 'linear', initialDelay: unitMs } }),
    defineScripted('exponential', { retry: { maxAttempts: 4, backoff: 'exponential', initialDelay: unitMs } }),
    defineScripted('capped', { retry: { maxAttempts: 4, initialDelay: unitMs, maxDelay: unitMs * 1.5 } }),
    defineScripted('short', { retry: { maxAttempts: 3, backoff: 'fixed', initialDelay: 1 } }),
    defineScripted('once', { retry: { maxAttempts: 1 } }),
    defineScripted('reporting', { retry: fixed(2), reports: true, middleware: definitionMiddleware() }),
    defineScripted('timeout', { retry: fixed(2), timeout: timeoutMs, reports: true }),
    defineScripted('run-timeout', { retry: fixed(9), runTimeout: runTimeoutMs, reports: true }),
    defineScripted('run-timeout-long', { retry: fixed(9), runTimeout: longRunTimeoutMs, reports: true }),
    defineScripted('one-at-a-time', { retry: fixed(2), concurrency: 1 }),
    defineScripted('one-per-tenant', { retry: fixed(2), concurrency: { perTenant: 1 } }),
    defineScripted('prioritized', { retry: fixed(2), concurrency: { perTenant: 1 } }),
    defineScripted('urgent', { retry: fixed(2), concurrency: { perTenant: 1 }, priority: 60 }),
    defineScripted('transactional', { retry: fixed(2), transaction: true }),
    defineScripted('pausable', { retry: fixed(3) }),
    defineScripted('pausable-one-per-tenant', { retry: fixed(2), concurrency: { perTenant: 1 } }),
    ...['a', 'b'].map((name) => defineScripted('pausable-pair', { id: `conformance-pausable-pair-${name}` })),
    defineScripted('keyed', { retry: fixed(2), concurrency: { key: 'storeId', limit: 1 } }),
    defineScripted('keyed-nested', { retry: fixed(2), concurrency: { key: 'order.storeId', limit: 1 } }),
    defineScripted('keyed-per-tenant', { concurrency: [{ perTenant: 2 }, { key: 'storeId', limit: 1 }] }),
    defineScripted('throttled', { throttle: { limit: 1, period: throttleMs } }),
    defineScripted('throttled-slowly', { throttle: { limit: 1, period: slowThrottleMs, key: 'tenantId' } }),
    defineScripted('throttled-week', { retry: fixed(2), throttle: { limit: 1, period: '7d', key: 'tenantId' } }),
    defineScripted('throttled-burst', { throttle: { limit: 1, period: '7d', burst: 3, key: 'tenantId' } }),
    defineScripted('throttled-keys', { throttle: { limit: 1, period: '7d', key: 'storeId' } }),
    defineScripted('fair', { retry: fixed(2), concurrency: 2 }),
    defineScripted('fair-keyed', { concurrency: [{ limit: 2 }, { key: 'storeId', limit: 1 }] }),
    defineScripted('debounced', { retry: fixed(2), debounce: { period: debounceMs, key: 'item.id' }, reports: true }),
    defineScripted('debounced-max', { retry: fixed(2), debounce: { period: debounceMs, maxWait: maxDebounceMs } }),
    defineScripted('debounced-fan-out', { retry: fixed(2), debounce: { period: debounceMs } }),
    defineScripted('debounced-fan-out', { id: 'conformance-debounced-fan-out-all', retry: fixed(2) }),
    defineBatched('batched', { maxSize: 3, maxWait: batchWaitMs, retry: fixed(2) }),
    defineBatched('batched-full', { maxSize: 2, maxWait: '7d', retry: fixed(2) }),
    defineBatched('batched-timeout', { maxSize: 2, maxWait: '7d', retry: fixed(1), timeout: timeoutMs }),
    defineBatched('batched-throttled', {
      maxSize: 2,
      maxWait: '7d',
      throttle: { limit: 1, period: '1s', key: 'tenantId' },
    }),
    defineBatched('batched-week', {
      maxSize: 2,
      maxWait: '7d',
      retry: fixed(2),
      throttle: { limit: 1, period: '7d', key: 'tenantId' },
    }),
    defineBatched('batched-one-per-tenant', { maxSize: 2, maxWait: '7d', concurrency: { perTenant: 1 } }),
    ...['a', 'b', 'c'].map((name) => defineScripted('fan-out', { id: `conformance-fan-out-${name}`, retry: fixed(2) })),
    defineScripted('disabled', { enabled: false }),
    defineScripted('once', { id: 'conformance-once-disabled', enabled: false }),
    defineScripted('typed', { retry: fixed(2), reports: true }),
    defineScripted('own-schema', { retry: fixed(2) }),
    defineScripted('dated', { retry: fixed(2) }),
    defineScripted('replaced', { event: 'webhook.process', retry: fixed(2) }),
    defineScripted('own-backoff', { retry: { maxAttempts: 4, backoff: ownBackoff(unitMs) } }),
    defineScripted('wrong-backoff', { retry: { maxAttempts: 4, backoff: () => Number.NaN }, reports: true }),
    defineScripted('returned-errors', { retry: fixed(3), returnedErrors: true, reports: true }),
    defineScripted('own', { retry: fixed(2), payload: ownSchema }),
    defineScripted('slashed', { id: 'conformance/slashed/job', retry: fixed(2), reports: true }),
  ]
}

/** Returns a function with delays that no curve has, if it gets the number of the attempt and its error. */
function ownBackoff(unitMs: number): Exclude<Backoff, string> {
  return (attempt, error) => (error.message.endsWith(`in attempt ${attempt}`) ? [3, 1, 2][attempt - 1]! * unitMs : '9s')
}

/** The schema of the job with `payload`. */
const ownSchema = z.looseObject({ word: z.string().toUpperCase().optional() })

type ScriptedOptions = Pick<
  JobOptions<JobEvent, unknown, JobEvent, boolean>,
  | 'retry'
  | 'transaction'
  | 'timeout'
  | 'runTimeout'
  | 'concurrency'
  | 'debounce'
  | 'throttle'
  | 'priority'
  | 'middleware'
  | 'returnedErrors'
  | 'enabled'
> & {
  id?: string
  event?: ConformanceEvent
  /** The schema of its payload. Default: it handles the event of its name. */
  payload?: StandardSchemaV1
  /** Whether to add an `onFailure` that records its calls. Default false. */
  reports?: boolean
}

function defineScripted(
  name: string,
  {
    id = `conformance-${name}`,
    event: handled = `conformance.${name}` as ConformanceEvent,
    reports = false,
    payload: schema,
    ...options
  }: ScriptedOptions,
): Definition {
  return defineJob({
    id,
    ...triggerOf(handled, schema),
    ...options,
    handler: async (event, context) => {
      const { payload, script, details } = read(id, event, context)
      const performed = performScript(id, script, context, details)
      if (script.changesPayload) change(payload)
      return performed
    },
    ...(reports && {
      onFailure: (error: Error, event: EventMessage, context: JobContext) => {
        const { script, details } = read(id, event, context)
        reportFailure(id, script, error, context, details)
      },
    }),
  }) as Definition
}

function read(id: string, event: EventMessage, context: JobContext) {
  const payload = event.payload as unknown as ScriptPayload
  const { script: _, scripts, ...rest } = payload
  const details = {
    event: { id: event.id, name: event.name, sentAt: event.sentAt, sentAtIsDate: event.sentAt instanceof Date },
    payload: rest,
    datePaths: datePathsIn(rest),
    contextKeys: Object.keys(context).toSorted(),
    signalIsAbortSignal: context.signal instanceof AbortSignal,
    loggerWrites: typeof context.logger.info === 'function',
  }
  const script: Script = scripts?.[id] ?? payload.script ?? {}
  return { payload, script, details }
}

/** Changes the event, like a careless handler. */
function change(payload: ScriptPayload): void {
  payload['word'] = 'changed'
  const { list } = payload as { list?: unknown[] }
  list?.push('changed')
  const { dueAt } = payload as { dueAt?: unknown }
  if (dueAt instanceof Date) dueAt.setTime(0)
}

function isSupported(capabilities: Capabilities, definition: Definition): boolean {
  try {
    checkDefinitionSupport({ name: 'the engine', capabilities }, [definition])
    return true
  } catch (error) {
    if (UnsupportedFeatureError.isInstance(error)) return false
    throw error
  }
}
