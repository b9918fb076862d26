import {
  NonRetryableError,
  RetryAfterError,
  type Definition,
  type JobDefinition,
  type RetryPolicy,
} from '@cgk-platform/jobs-core'

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
    caughtBy: [],
    wrap: retrying(({ initialDelayMs }) => ({ initialDelayMs: initialDelayMs / 2 })),
  },
  'retries too late': {
    caughtBy: [],
    wrap: retrying(({ initialDelayMs, maxDelayMs }) => ({
      initialDelayMs: initialDelayMs * 3,
      maxDelayMs: maxDelayMs * 3,
    })),
  },
  'knows no linear curve': {
    caughtBy: [],
    wrap: retrying(({ backoff }) => (backoff === 'linear' ? { backoff: 'fixed' } : {})),
  },
  'knows no fixed curve': {
    caughtBy: [],
    wrap: retrying(({ backoff }) => (backoff === 'fixed' ? { backoff: 'exponential' } : {})),
  },
  'knows no exponential curve': {
    caughtBy: [],
    wrap: retrying(({ backoff }) => (backoff === 'exponential' ? { backoff: 'linear' } : {})),
  },
  'grows by another factor': { caughtBy: [], wrap: retrying(() => ({ factor: 1.5 })) },
  'knows no longest delay': { caughtBy: [], wrap: retrying(() => ({ maxDelayMs: 60_000 })) },
  'adds a jitter nobody asked for': {
    caughtBy: [],
    wrap: retrying(({ initialDelayMs }) => ({ initialDelayMs: initialDelayMs + 60 })),
  },
  'counts retries, not attempts': {
    caughtBy: [],
    wrap: retrying(({ maxAttempts }) => ({ maxAttempts: maxAttempts + 1 })),
  },
  'makes one attempt too few': {
    caughtBy: [],
    wrap: retrying(({ maxAttempts }) => ({ maxAttempts: Math.max(1, maxAttempts - 1) })),
  },
  'counts attempts from zero': {
    caughtBy: [],
    wrap: (provider) =>
      withHandlers(provider, ({ context, handle }) =>
        handle({ context: { ...context, attempt: context.attempt - 1 } }),
      ),
  },
  'counts the attempts left': {
    caughtBy: [],
    wrap: (provider) => withRuns(provider, (run) => ({ ...run, attempts: run.maxAttempts - run.attempts })),
  },
  'takes no number of attempts from a send': {
    caughtBy: [],
    wrap: (provider) => withSends(provider, ({ maxAttempts: _, ...envelope }) => envelope),
  },
  'lowers but does not raise attempts': {
    caughtBy: [],
    wrap: (provider) =>
      withSends(provider, ({ maxAttempts, ...envelope }) => ({
        ...envelope,
        ...(maxAttempts !== undefined && { maxAttempts: Math.min(3, maxAttempts) }),
      })),
  },
  'retries what must not be retried': {
    caughtBy: [],
    wrap: throwing((thrown) => (NonRetryableError.isInstance(thrown) ? plainly(thrown) : thrown)),
  },
  'takes no delay from an error': {
    caughtBy: [],
    wrap: throwing((thrown) => (RetryAfterError.isInstance(thrown) ? plainly(thrown) : thrown)),
  },
  'takes a Date in an error for now': {
    caughtBy: [],
    wrap: throwing((thrown) =>
      RetryAfterError.isInstance(thrown) && thrown.retryAfter instanceof Date
        ? new RetryAfterError(thrown.message, 0)
        : thrown,
    ),
  },
  'cuts delays to whole seconds': {
    caughtBy: [],
    wrap: throwing((thrown) =>
      RetryAfterError.isInstance(thrown) && typeof thrown.retryAfter === 'number'
        ? new RetryAfterError(thrown.message, Math.floor(thrown.retryAfter / 1000) * 1000)
        : thrown,
    ),
  },
  'takes a long delay for none': {
    caughtBy: [],
    wrap: throwing((thrown) =>
      RetryAfterError.isInstance(thrown) && Number(thrown.retryAfter) > 2 ** 31
        ? new RetryAfterError(thrown.message, 1)
        : thrown,
    ),
  },
  'takes a thrown undefined for success': {
    caughtBy: [],
    wrap: (provider) =>
      withHandlers(provider, ({ handle }) =>
        handle().catch((error: unknown) => {
          if (error !== undefined) throw error
        }),
      ),
  },
  'fails for good on what is no Error': {
    caughtBy: [],
    wrap: throwing((thrown) => (thrown instanceof Error ? thrown : new NonRetryableError(String(thrown)))),
  },
  'keeps the error of an attempt that was made up for': {
    caughtBy: [],
    wrap: (provider) =>
      withRuns(provider, (run) =>
        run.attempts > 1 ? { ...run, error: { name: 'Error', message: 'left over' } } : run,
      ),
  },
  'calls onFailure after every attempt': {
    caughtBy: [],
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
    caughtBy: [],
    wrap: (provider) => withDefinitions(provider, (definition) => withoutOnFailure(definition)),
  },
  'tells onFailure an error of its own': {
    caughtBy: [],
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
