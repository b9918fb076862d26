import { createJobs, defineCronJob, defineEvents, defineJob, type Definition, eventType } from '@cgk-platform/jobs-core'
import { InvalidOptionError, UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'
import '@cgk-platform/test-kit/work'
import { resourceCatalog } from '@trigger.dev/core/v3'
import { beforeEach, describe, expect, test, vi } from 'vitest'

import { openWorker } from '../../test/kit/open-tasks.ts'
import { createTriggerProvider } from '../trigger-provider.ts'
import { createTriggerTasks } from './create-trigger-tasks.ts'

const handler = () => undefined
const work = defineJob({ id: 'work', event: 'work.asked', handler }) as unknown as Definition
const nightly = defineCronJob({ id: 'nightly', schedule: '0 3 * * 7', timezone: 'Europe/Berlin', handler })

beforeEach(openWorker)

describe('createTriggerTasks', () => {
  test('creates a task for each event and each job, and one for the ticks of a cron job', () => {
    const ids = createTriggerTasks({ jobs: [work, nightly] }).map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(['event-work__asked', 'event-work__followed', 'event-order__created']))
    expect(ids.filter((id) => !id.startsWith('event-'))).toEqual([
      'cron-nightly',
      'job-work',
      'job-nightly',
      'tick-nightly',
    ])
    expect(new Set(ids).size).toBe(ids.length)
    expect(resourceCatalog.listTaskIdCollisions()).toEqual([])
  })

  test('creates tasks for the jobs and the events of `createJobs`', () => {
    const events = { 'cart.left': eventType<{ cartId: string }>(), 'cart.paid': eventType<{ cartId: string }>() }
    const shop = createJobs({ events, provider: createTriggerProvider() })
    shop.defineJob({ id: 'remind', event: 'cart.left', handler })
    const ids = createTriggerTasks({ jobs: shop }).map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(['event-cart__left', 'event-cart__paid', 'job-remind']))
    expect(ids).not.toContain('event-work__asked')
  })

  test('creates the tasks of disabled definitions for their runs, but none for ticks', () => {
    const disabled = [
      defineJob({ id: 'off', event: 'work.asked', handler, enabled: false }) as unknown as Definition,
      defineCronJob({ id: 'off-nightly', schedule: '0 3 * * 7', handler, enabled: false }),
    ]
    const ids = createTriggerTasks({ jobs: disabled }).map(({ id }) => id)
    expect(ids.filter((id) => !id.startsWith('event-'))).toEqual(['cron-off-nightly', 'job-off', 'job-off-nightly'])
  })

  test('overrides the settings of the project that would end a run', () => {
    for (const { id } of createTriggerTasks({ jobs: [work, nightly] })) {
      expect(resourceCatalog.getTask(id)).toMatchObject({ ttl: 0, maxDuration: 2_147_483_647 })
      expect(resourceCatalog.getTask(id)?.retry).toMatchObject({ randomize: false })
    }
  })

  test('converts the schedule of a cron job, and runs one tick at a time', () => {
    createTriggerTasks({ jobs: [nightly] })
    expect(resourceCatalog.getTaskManifest('tick-nightly')).toMatchObject({
      triggerSource: 'schedule',
      schedule: { cron: '0 3 * * 0', timezone: 'Europe/Berlin' },
      queue: { name: 'tick-nightly', concurrencyLimit: 1 },
    })
  })

  test('applies the Trigger.dev options of a definition to both of its tasks', () => {
    const providerOptions = {
      'trigger.dev': { machine: 'large-1x', retry: { outOfMemory: { machine: 'large-2x' } } },
    } as const
    const big = defineJob({ id: 'big', event: 'work.asked', handler, providerOptions }) as unknown as Definition
    createTriggerTasks({ jobs: [big] })
    for (const id of ['job-big', 'event-work__asked']) {
      expect(resourceCatalog.getTask(id)).toMatchObject({
        machine: { preset: 'large-1x' },
        retry: { factor: 2, outOfMemory: { machine: 'large-2x' } },
      })
    }
    expect(resourceCatalog.getTask('event-work__followed')?.machine).toBeUndefined()
  })

  test('creates no task for an event whose name is too long to send', () => {
    const name = Array.from({ length: 40 }, () => 'w').join('/') // a slash takes six characters
    defineEvents({ [name]: eventType<{ tenantId: string }>() } as never)
    expect(createTriggerTasks({ jobs: [nightly] }).some(({ id }) => id.includes('w_x2f_w'))).toBe(false)
  })
})

describe('createTriggerTasks throws if the SDK ignores its tasks', () => {
  const create = (): unknown => {
    try {
      return createTriggerTasks({ jobs: [work] })
    } catch (error) {
      return error
    }
  }

  test.each<[string, () => void, string]>([
    [
      'outside a worker',
      () => delete (globalThis as Record<symbol, unknown>)[Symbol.for('dev.trigger.ts.api')],
      'outside a Trigger.dev worker',
    ],
    [
      'in `trigger.config.ts`, which is imported before any file of `dirs`',
      () => resourceCatalog.clearCurrentFileContext(),
      'does not register tasks',
    ],
    ['in a callback, after the import', () => resourceCatalog.clearCurrentFileContext(), 'does not register tasks'],
  ])('%s', (_, arrange, problem) => {
    arrange()
    const error = create()
    expect(InvalidOptionError.isInstance(error)).toBe(true)
    expect((error as Error).message).toContain(problem)
    expect((error as Error).message).toContain('at the top level of a file in one of the `dirs` of `trigger.config.ts`')
  })
})

describe('createTriggerTasks rejects', () => {
  test('a definition with a feature that Trigger.dev does not support', () => {
    const both = defineJob({ id: 'b', event: 'work.asked', handler, concurrency: { limit: 2, perTenant: 1 } })
    expect(() => createTriggerTasks({ jobs: [both as unknown as Definition] })).toThrow(UnsupportedFeatureError)
    const many = defineJob({ id: 'm', event: 'work.asked', handler, retry: { maxAttempts: 250 } })
    expect(() => createTriggerTasks({ jobs: [many as unknown as Definition] })).toThrow(/retry.maxAttempts: 250/)
  })
})

test('prevents a local engine of the same process from running the cron jobs', async () => {
  const { claimCronJob } = await import('@cgk-platform/jobs-core/provider')
  const daily = defineCronJob({ id: 'daily', schedule: '0 3 * * *', handler: vi.fn<() => void>() })
  createTriggerTasks({ jobs: [daily] })
  expect(claimCronJob(daily, {})).toBe(false)
})
