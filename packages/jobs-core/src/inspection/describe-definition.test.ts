import { expect, test } from 'vitest'

import { createFakeProvider } from '../../test/kit/fake-provider.ts'
import { createManualClock } from '../../test/kit/manual-clock.ts'
import { createClient } from '../client/create-client.ts'
import type { JobEvent } from '../events/job-events.ts'
import { defineBatchJob } from '../jobs/define-batch-job.ts'
import { defineCronJob } from '../jobs/define-cron-job.ts'
import { defineJob } from '../jobs/define-job.ts'
import type { Definition } from '../jobs/definition.ts'
import { withSeparateRegistry } from '../jobs/job-registry.ts'
import { defineWorkflow } from '../jobs/define-workflow.ts'
import { describeDefinition } from './describe-definition.ts'

const handler = () => undefined
const event = 'order.created' as JobEvent
const nowMs = Date.parse('2026-03-01T12:00:00Z')
const define = (create: () => Definition) => withSeparateRegistry(create)
const optionsOf = (create: () => Definition) => describeDefinition(define(create), nowMs).options

test('describes a job with the options that were set', () => {
  const job = define(() => defineJob({ id: 'charge', event, handler }) as Definition)
  expect(describeDefinition(job, nowMs)).toEqual({
    id: 'charge',
    kind: 'job',
    event: 'order.created',
    enabled: true,
    maxAttempts: 3,
    options: { retry: 'exponential from 1s to 1m' },
  })
  const options = optionsOf(
    () =>
      defineJob({
        id: 'charge',
        event,
        handler,
        retry: { maxAttempts: 5, backoff: 'exponential', initialDelay: 1500, maxDelay: '2h', factor: 3, jitter: 0.5 },
        timeout: '90s',
        runTimeout: '1d',
        concurrency: [
          { limit: 10, perTenant: 2 },
          { key: 'storeId', limit: 1 },
        ],
        throttle: { limit: 5, period: '1m', burst: 2, key: 'storeId' },
        priority: -30,
      }) as Definition,
  )
  expect(options).toEqual({
    retry: 'exponential from 1500ms to 2h, factor 3, jitter 0.5',
    timeout: '90s',
    runTimeout: '1d',
    concurrency: '10, 2 per tenant, 1 per storeId',
    throttle: '5 in 1m, burst 2, per storeId',
    priority: '-30',
  })
})

test.each([
  [{ maxAttempts: 1 }, undefined],
  [{ backoff: 'fixed', initialDelay: '5s' } as const, 'fixed 5s'],
  [{ backoff: 'linear' } as const, 'linear from 1s to 1m'],
  [{ backoff: () => 5 }, 'own delays'],
])('describes the retry policy %j as %j', (retry, text) => {
  expect(optionsOf(() => defineJob({ id: 'x', event, handler, retry }) as Definition)['retry']).toBe(text)
})

test('describes batches, workflows and debounce', () => {
  const batch = () => defineBatchJob({ id: 'x', event, handler, maxSize: 100, maxWait: '5s' }) as Definition
  expect(optionsOf(batch)).toMatchObject({ maxSize: '100', maxWait: '5s' })
  const workflow = () =>
    defineWorkflow({
      id: 'x',
      event,
      steps: handler,
      version: '2',
      maxSteps: 9,
      compensateOnCancel: true,
    }) as Definition
  expect(optionsOf(workflow)).toMatchObject({ version: '2', maxSteps: '9', compensateOnCancel: 'true' })
  const debounced = () =>
    defineJob({ id: 'x', event, handler, debounce: { period: '5s', key: 'item.id', maxWait: '1m' } }) as Definition
  expect(optionsOf(debounced)['debounce']).toBe('5s, per item.id, at most 1m')
})

test('describes a cron job with its next five ticks', () => {
  const cron = define(() =>
    defineCronJob({
      id: 'nightly',
      schedule: '0 3 * * *',
      timezone: 'Europe/Berlin',
      handler,
      tenants: () => ['acme'],
      spread: '90m',
    }),
  )
  const info = describeDefinition(cron, nowMs)
  expect(info).toMatchObject({
    event: 'cron/nightly',
    options: { overlap: 'skip', catchUp: 'none', tenants: 'a run for each', spread: '90m' },
    cron: { schedule: '0 3 * * *', timezone: 'Europe/Berlin' },
  })
  expect(info.cron?.nextTicks.map((tick) => tick.toISOString())).toEqual(
    [2, 3, 4, 5, 6].map((day) => `2026-03-0${day}T02:00:00.000Z`),
  )
})

test('tells whether and since when a definition is paused, if the engine can', async () => {
  const job = define(() => defineJob({ id: 'charge', event, handler }) as Definition)
  const since = new Date(5)
  const read = async (without: 'pauseJobs of a definition'[], pause: { since?: Date } = { since }) => {
    const pauses = async () => [
      { tenantId: 'acme', since: new Date(1) },
      { definitionId: 'charge', ...pause },
    ]
    const provider = createFakeProvider({
      pauses,
      without: without.length > 0 ? [...without, 'pauseJobs of a tenant'] : [],
    })
    const client = createClient({ load: () => provider }, { jobs: [job], clock: createManualClock(nowMs) })
    const [{ paused, pausedSince } = {}] = await client.inspect.listDefinitions()
    return { paused, pausedSince }
  }
  expect(await read([])).toEqual({ paused: true, pausedSince: since })
  expect(await read([], {})).toEqual({ paused: true })
  expect(await read(['pauseJobs of a definition'])).toEqual({ paused: false })
})
