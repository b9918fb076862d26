import type { Definition } from '@cgk-platform/jobs-core'

import type { BrokenProvider } from './broken-provider.ts'
import { withDefinitions } from './with-definitions.ts'

/** Faults of concurrency keys, throttles, debounces and batches. */
export const brokenFlowControl: readonly BrokenProvider[] = [
  {
    rule: 'flowControl',
    fault: 'ignores the `key` of a concurrency limit',
    caughtBy: [
      'concurrency-key',
      'concurrency-key-does-not-hold-others',
      'concurrency-key-missing',
      'concurrency-key-not-scalar',
      'concurrency-key-as-text',
      'concurrency-key-nested',
      'concurrency-key-cancel',
      'concurrency-key-and-tenant',
    ],
    wrap: withLimits(({ key: _, perKey: __, ...limits }) => limits),
  },
  {
    rule: 'flowControl',
    fault: 'counts all keys of a tenant together',
    caughtBy: ['concurrency-key-does-not-hold-others', 'concurrency-key-missing', 'concurrency-key-nested'],
    wrap: withLimits(({ key, perKey, ...limits }) => (key === undefined ? limits : { ...limits, perTenant: perKey })),
  },
  {
    rule: 'flowControl',
    fault: 'counts the keys of all tenants together',
    caughtBy: [
      'concurrency-key-does-not-hold-others',
      'concurrency-key-of-another-tenant',
      'concurrency-key-missing',
      'concurrency-key-not-scalar',
      'concurrency-key-as-text',
      'concurrency-key-nested',
      'concurrency-key-cancel',
      'concurrency-key-retry',
    ],
    wrap: withLimits(({ key, perKey, ...limits }) => (key === undefined ? limits : { ...limits, limit: perKey })),
  },
  {
    rule: 'flowControl',
    fault: 'ignores throttles',
    caughtBy: [
      'throttle-over-all-tenants',
      'throttle-per-tenant',
      'throttle-per-key',
      'throttle-missing-key',
      'throttle-burst',
      'throttle-priority',
      'throttle-retries',
      'throttle-retry-job',
      'throttle-cancel',
      'throttle-delay',
      'fair-tenants-in-a-throttle',
      'batch-is-one-start',
    ],
    wrap: withDefinitions(({ throttle: _, ...definition }) => definition as Definition),
  },
  {
    rule: 'flowControl',
    fault: 'has one throttle for all keys',
    caughtBy: [
      'throttle-per-tenant',
      'throttle-per-key',
      'throttle-missing-key',
      'throttle-many-keys',
      'throttle-retries',
      'throttle-retry-job',
      'throttle-delay',
    ],
    wrap: withDefinitions(({ throttle, ...definition }) => {
      const { key: _, ...rate } = throttle ?? {}
      return { ...definition, ...(throttle && { throttle: rate }) } as Definition
    }),
  },
  {
    rule: 'flowControl',
    fault: 'ignores the `burst` of a throttle',
    caughtBy: ['throttle-burst'],
    wrap: withDefinitions(({ throttle, ...definition }) => {
      const { burst: _, ...rate } = throttle ?? {}
      return { ...definition, ...(throttle && { throttle: rate }) } as Definition
    }),
  },
  {
    rule: 'flowControl',
    fault: 'ignores debounces',
    caughtBy: [
      'debounce-runs-the-last',
      'debounce-is-scheduled',
      'debounce-by-key',
      'debounce-without-a-value',
      'debounce-cancel',
      'debounce-superseded-is-final',
      'debounce-of-a-delayed-job',
      'debounce-of-one-definition',
      'debounce-after-the-start',
      'debounce-and-idempotency-key',
    ],
    wrap: withDebounce(() => undefined),
  },
  {
    rule: 'flowControl',
    fault: 'debounces all keys of a tenant together',
    caughtBy: ['debounce-by-key', 'debounce-without-a-value'],
    wrap: withDebounce(({ key: _, ...times }) => times),
  },
  {
    rule: 'flowControl',
    fault: 'ignores the `maxWait` of a debounce',
    caughtBy: ['debounce-max-wait'],
    wrap: withDebounce(({ maxWaitMs: _, ...times }) => times),
  },
  {
    rule: 'flowControl',
    fault: 'makes batches of one event',
    caughtBy: [
      'batch-of-its-maximum-size',
      'batch-after-its-maximum-wait',
      'batch-waits-as-queued',
      'batch-of-one-tenant',
      'batch-fails-one-event',
      'batch-of-a-delayed-event',
      'batch-cancel-of-a-waiting-event',
      'batch-cancel-of-a-running-event',
      'batch-timeout',
      'batch-holds-one-slot',
      'batch-is-one-start',
      'batch-retry-job',
      'batch-middleware',
    ],
    wrap: withBatches((batch) => ({ ...batch, maxSize: 1 })),
  },
  {
    rule: 'flowControl',
    fault: 'ignores `maxWait` of batches',
    caughtBy: ['batch-after-its-maximum-wait', 'batch-of-a-delayed-event'],
    wrap: withBatches((batch) => ({ ...batch, maxWaitMs: 1 })),
  },
  {
    rule: 'flowControl',
    fault: 'aborts a batch soon after one of its events was cancelled',
    caughtBy: ['batch-cancel-of-a-running-event'],
    wrap(provider, clock) {
      const abort = new AbortController()
      const withSignal = withBatches((batch) => ({
        ...batch,
        handler: (events, context) =>
          batch.handler(events, { ...context, signal: AbortSignal.any([context.signal, abort.signal]) }),
      }))
      return {
        ...withSignal(provider, clock),
        async cancel(id) {
          await provider.cancel(id)
          clock.setTimer(100, () => abort.abort(new Error('The batch was cancelled.')))
        },
      }
    },
  },
  {
    rule: 'flowControl',
    fault: 'ignores `context.fail` of a batch',
    caughtBy: [
      'batch-fails-one-event',
      'batch-retries-after-the-backoff',
      'batch-non-retryable',
      'batch-retry-job',
      'batch-hooks',
    ],
    wrap: withBatches((batch) => ({
      ...batch,
      handler: (events, context) => batch.handler(events, { ...context, fail: () => undefined }),
    })),
  },
]

type Wrap = NonNullable<BrokenProvider['wrap']>
type Limits = NonNullable<Definition['concurrency']>
type EventDefinition = Exclude<Definition, { kind: 'cron' }>
type Batch = Extract<Definition, { kind: 'batch' }>
type Times = NonNullable<Extract<Definition, { kind: 'job' }>['debounce']>

function withLimits(change: (limits: Limits) => object): Wrap {
  return withDefinitions((definition) => {
    const { concurrency } = definition
    return concurrency === undefined ? definition : ({ ...definition, concurrency: change(concurrency) } as Definition)
  })
}

function withDebounce(change: (times: Times) => object | undefined): Wrap {
  return withDefinitions((definition) => {
    if (definition.kind !== 'job' || definition.debounce === undefined) return definition
    const { debounce, ...rest } = definition
    const changed = change(debounce)
    return { ...rest, ...(changed && { debounce: changed }) } as EventDefinition
  })
}

function withBatches(change: (batch: Batch) => Batch): Wrap {
  return withDefinitions((definition) => (definition.kind === 'batch' ? change(definition) : definition))
}
