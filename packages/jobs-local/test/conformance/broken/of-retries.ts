import { NonRetryableError, RetryAfterError, type Definition, type JobDefinition } from '@cgk-platform/jobs-core'
import type { RetryPolicy } from '@cgk-platform/jobs-core/provider'

import type { LocalProvider } from '../../../src/local-provider.ts'
import { withDefinitions, withHandlers, withRuns, withSends } from './altered.ts'
import { breaking, type BrokenProvider } from './broken-provider.ts'

/** A provider that retries by another policy. */
function retrying(change: (policy: RetryPolicy) => Partial<RetryPolicy>) {
  return (provider: LocalProvider) =>
    withDefinitions(provider, (definition) => ({
      ...definition,
      retry: { ...definition.retry, ...change(definition.retry) },
    }))
}

/** A provider that makes something else of what handlers throw. */
function throwing(change: (thrown: unknown) => unknown) {
  return (provider: LocalProvider) =>
    withHandlers(provider, async ({ handle }) => {
      try {
        return await handle()
      } catch (error) {
        throw change(error) as Error
      }
    })
}

const plainly = (thrown: unknown): Error =>
  Object.assign(new Error((thrown as Error).message), { name: (thrown as Error).name })

/** Faults in when, how often and with what word a failed attempt is tried again. */
export const brokenRetries: readonly BrokenProvider[] = breaking('retries', {
  'retries too early': {
    caughtBy: ['retry-fixed', 'retry-linear', 'retry-exponential', 'retry-capped'],
    wrap: retrying(({ initialDelayMs }) => ({ initialDelayMs: initialDelayMs / 2 })),
  },
  'retries too late': {
    caughtBy: ['retry-fixed', 'retry-linear', 'retry-exponential', 'retry-capped'],
    wrap: retrying(({ initialDelayMs, maxDelayMs }) => ({
      initialDelayMs: initialDelayMs * 3,
      maxDelayMs: maxDelayMs * 3,
    })),
  },
  'knows no linear curve': {
    caughtBy: ['retry-linear'],
    wrap: retrying(({ backoff }) => (backoff === 'linear' ? { backoff: 'fixed' } : {})),
  },
  'knows no fixed curve': {
    caughtBy: ['retry-fixed'],
    wrap: retrying(({ backoff }) => (backoff === 'fixed' ? { backoff: 'exponential' } : {})),
  },
  'knows no exponential curve': {
    caughtBy: ['retry-exponential'],
    wrap: retrying(({ backoff }) => (backoff === 'exponential' ? { backoff: 'linear' } : {})),
  },
  'grows by another factor': {
    caughtBy: ['retry-exponential', 'retry-defaults'],
    wrap: retrying(() => ({ factor: 1.5 })),
  },
  'knows no longest delay': { caughtBy: ['retry-capped'], wrap: retrying(() => ({ maxDelayMs: 60_000 })) },
  'adds a jitter nobody asked for': {
    caughtBy: ['retry-fixed', 'retry-linear', 'retry-exponential', 'retry-short'],
    wrap: retrying(({ initialDelayMs }) => ({ initialDelayMs: initialDelayMs + 60 })),
  },
  'counts retries, not attempts': {
    caughtBy: ['retry-fixed', 'retry-linear', 'retry-exponential', 'retry-capped'],
    wrap: retrying(({ maxAttempts }) => ({ maxAttempts: maxAttempts + 1 })),
  },
  'makes one attempt too few': {
    caughtBy: ['retry-fixed', 'retry-linear', 'retry-exponential', 'retry-capped'],
    wrap: retrying(({ maxAttempts }) => ({ maxAttempts: Math.max(1, maxAttempts - 1) })),
  },
  'counts attempts from zero': {
    caughtBy: [
      'attempts-are-counted-from-one',
      'a-later-attempt-completes',
      'one-attempt-is-no-retry',
      'non-retryable-ends-at-once',
    ],
    wrap: (provider) =>
      withHandlers(provider, ({ context, handle }) =>
        handle({ context: { ...context, attempt: context.attempt - 1 } }),
      ),
  },
  'counts the attempts left': {
    caughtBy: [
      'attempts-are-counted-from-one',
      'a-later-attempt-completes',
      'one-attempt-is-no-retry',
      'non-retryable-ends-at-once',
      'status-completed',
      'retry-after-adds-no-attempt',
    ],
    wrap: (provider) => withRuns(provider, (run) => ({ ...run, attempts: run.maxAttempts - run.attempts })),
  },
  'takes no number of attempts from a send': {
    caughtBy: ['a-send-lowers-max-attempts', 'a-send-raises-max-attempts'],
    wrap: (provider) => withSends(provider, ({ maxAttempts: _, ...envelope }) => envelope),
  },
  'lowers but does not raise attempts': {
    caughtBy: ['a-send-raises-max-attempts'],
    wrap: (provider) =>
      withSends(provider, ({ maxAttempts, ...envelope }) => ({
        ...envelope,
        ...(maxAttempts !== undefined && { maxAttempts: Math.min(3, maxAttempts) }),
      })),
  },
  'retries what must not be retried': {
    caughtBy: ['non-retryable-ends-at-once', 'on-failure-after-non-retryable'],
    wrap: throwing((thrown) => (NonRetryableError.isInstance(thrown) ? plainly(thrown) : thrown)),
  },
  'takes no delay from an error': {
    caughtBy: ['retry-after-milliseconds', 'retry-after-date', 'retry-after-nothing', 'retry-after-too-long'],
    wrap: throwing((thrown) => (RetryAfterError.isInstance(thrown) ? plainly(thrown) : thrown)),
  },
  'takes a Date in an error for now': {
    caughtBy: ['retry-after-date'],
    wrap: throwing((thrown) =>
      RetryAfterError.isInstance(thrown) && thrown.retryAfter instanceof Date
        ? new RetryAfterError(thrown.message, 0)
        : thrown,
    ),
  },
  'cuts delays to whole seconds': {
    caughtBy: ['retry-after-milliseconds'],
    wrap: throwing((thrown) =>
      RetryAfterError.isInstance(thrown) && typeof thrown.retryAfter === 'number'
        ? new RetryAfterError(thrown.message, Math.floor(thrown.retryAfter / 1000) * 1000)
        : thrown,
    ),
  },
  'takes a long delay for none': {
    caughtBy: ['retry-after-date', 'retry-after-too-long'],
    wrap: throwing((thrown) =>
      RetryAfterError.isInstance(thrown) && Number(thrown.retryAfter) > 2 ** 31
        ? new RetryAfterError(thrown.message, 1)
        : thrown,
    ),
  },
  'takes a thrown undefined for success': {
    caughtBy: ['whatever-is-thrown-is-a-failure'],
    wrap: (provider) =>
      withHandlers(provider, ({ handle }) =>
        handle().catch((error: unknown) => {
          if (error !== undefined) throw error
        }),
      ),
  },
  'fails for good on what is no Error': {
    caughtBy: ['whatever-is-thrown-is-a-failure'],
    wrap: throwing((thrown) => (thrown instanceof Error ? thrown : new NonRetryableError(String(thrown)))),
  },
  'keeps the error of an attempt that was made up for': {
    caughtBy: ['a-later-attempt-completes', 'whatever-is-thrown-is-a-failure', 'on-failure-that-throws'],
    wrap: (provider) =>
      withRuns(provider, (run) =>
        run.attempts > 1 ? { ...run, error: { name: 'Error', message: 'left over' } } : run,
      ),
  },
  'calls onFailure after every attempt': {
    caughtBy: [
      'whatever-is-thrown-is-a-failure',
      'on-failure-once',
      'on-failure-not-after-success',
      'on-failure-after-non-retryable',
    ],
    wrap: (provider) =>
      withHandlers(provider, async ({ definition, event, context, handle }) => {
        try {
          return await handle()
        } catch (error) {
          if (definition.kind === 'job') await definition.onFailure?.(error as Error, event!, context)
          throw error
        }
      }),
  },
  'never calls onFailure': {
    caughtBy: [
      'whatever-is-thrown-is-a-failure',
      'on-failure-once',
      'on-failure-after-non-retryable',
      'on-failure-that-throws',
    ],
    wrap: (provider) => withDefinitions(provider, (definition) => withoutOnFailure(definition)),
  },
  'tells onFailure an error of its own': {
    caughtBy: ['on-failure-once', 'on-failure-after-non-retryable'],
    wrap: (provider) =>
      withDefinitions(provider, (definition) => {
        if (definition.kind === 'cron' || !definition.onFailure) return definition
        const onFailure: JobDefinition['onFailure'] = (error, event, context) =>
          definition.onFailure!(new Error('NonRetriableError', { cause: error }), event, context)
        return { ...definition, onFailure }
      }),
  },
})

function withoutOnFailure(definition: Definition): Definition {
  const copy = { ...definition } as { onFailure?: unknown }
  delete copy.onFailure
  return copy as unknown as Definition
}
