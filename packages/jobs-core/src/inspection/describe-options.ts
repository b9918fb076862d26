import type { ConcurrencyLimits } from '../jobs/concurrency.ts'
import { durationText } from '../values/duration-text.ts'
import type { DebounceTimes } from '../jobs/debounce.ts'
import type { Definition } from '../jobs/definition.ts'
import type { ThrottleLimits } from '../jobs/throttle.ts'
import type { RetryPolicy } from '../retry/retry-config.ts'

/** Describes the options of a definition, each as short text. Omits those that were not set and have no effect. */
export function describeOptions(definition: Definition): Record<string, string> {
  const { retry, timeoutMs, runTimeoutMs, concurrency, throttle, priority, middleware, providerOptions } = definition
  const engines = Object.keys(providerOptions)
  const texts: Record<string, string | undefined> = {
    retry: retry.maxAttempts > 1 ? retryText(retry) : undefined,
    timeout: timeoutMs === undefined ? undefined : durationText(timeoutMs),
    runTimeout: runTimeoutMs === undefined ? undefined : durationText(runTimeoutMs),
    concurrency: concurrency && concurrencyText(concurrency),
    throttle: throttle && throttleText(throttle),
    priority: priority === undefined ? undefined : String(priority),
    middleware: middleware?.length ? String(middleware.length) : undefined,
    providerOptions: engines.length > 0 ? engines.join(', ') : undefined,
    ...ownOptions(definition),
  }
  return Object.fromEntries(Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** Describes the options that only some kinds of definitions have. */
function ownOptions(definition: Definition): Record<string, string | undefined> {
  switch (definition.kind) {
    case 'job':
      return { debounce: definition.debounce && debounceText(definition.debounce) }
    case 'batch':
      return { maxSize: String(definition.maxSize), maxWait: durationText(definition.maxWaitMs) }
    case 'cron':
      return {
        overlap: definition.overlap,
        catchUp: definition.catchUp,
        tenants: definition.tenants && 'a run for each',
        spread: definition.spreadMs === undefined ? undefined : durationText(definition.spreadMs),
      }
    case 'workflow':
      return {
        debounce: definition.debounce && debounceText(definition.debounce),
        version: definition.version,
        maxSteps: String(definition.maxSteps),
        compensateOnCancel: definition.compensateOnCancel ? 'true' : undefined,
      }
  }
}

function retryText({ backoff, initialDelayMs, maxDelayMs, factor, jitter }: RetryPolicy): string {
  if (typeof backoff === 'function') return 'own delays'
  const from = `${backoff} from ${durationText(initialDelayMs)}`
  return listOf([
    backoff === 'fixed' ? `fixed ${durationText(initialDelayMs)}` : `${from} to ${durationText(maxDelayMs)}`,
    backoff === 'exponential' && factor !== 2 && `factor ${factor}`,
    jitter > 0 && `jitter ${jitter}`,
  ])
}

function concurrencyText({ limit, perTenant, key, perKey }: ConcurrencyLimits): string {
  return listOf([
    limit !== undefined && String(limit),
    perTenant !== undefined && `${perTenant} per tenant`,
    perKey !== undefined && `${perKey} per ${key}`,
  ])
}

function throttleText({ limit, periodMs, burst, key }: ThrottleLimits): string {
  const rate = `${limit} in ${durationText(periodMs)}`
  return listOf([rate, burst !== undefined && `burst ${burst}`, key !== undefined && `per ${key}`])
}

function debounceText({ periodMs, key, maxWaitMs }: DebounceTimes): string {
  return listOf([
    durationText(periodMs),
    key !== undefined && `per ${key}`,
    maxWaitMs !== undefined && `at most ${durationText(maxWaitMs)}`,
  ])
}

function listOf(texts: readonly (string | false)[]): string {
  return texts.filter((text) => text !== false).join(', ')
}
