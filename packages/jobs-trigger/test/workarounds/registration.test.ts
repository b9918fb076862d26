import { defineCronJob, defineJob, type Definition } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { openLoopback } from '@cgk-platform/trigger-loopback'
import { resourceCatalog } from '@trigger.dev/core/v3'
import { task } from '@trigger.dev/sdk'
import { beforeEach, describe, expect, test } from 'vitest'

import { createTriggerTasks } from '../../src/tasks.ts'
import { openWorker } from '../kit/open-tasks.ts'

beforeEach(openWorker)

const handler = (): undefined => undefined
const work = defineJob({ id: 'work', event: 'work.asked', handler }) as unknown as Definition
const cronJob = (schedule: string) => defineCronJob({ id: 'nightly', schedule, handler })

describe('tasks that the SDK does not register', () => {
  test.each<[string, () => void]>([
    ['in a callback, or in a file that `trigger.config.ts` imports', () => resourceCatalog.clearCurrentFileContext()],
    ['outside a worker', () => delete (globalThis as Record<symbol, unknown>)[Symbol.for('dev.trigger.ts.api')]],
  ])('%s are ignored silently by the SDK; this library throws', (_, arrange) => {
    arrange()
    expect(task({ id: 'raw', run: async () => undefined }).id).toBe('raw')
    expect(resourceCatalog.getTask('raw')).toBeUndefined()
    expect(() => createTriggerTasks({ jobs: [work] })).toThrow(/at the top level of a file in one of the `dirs`/)
  })
})

describe('two definitions with the same id', () => {
  test('overwrite each other in the SDK; this library throws', () => {
    task({ id: 'raw', run: async () => 'one', retry: { maxAttempts: 1 } })
    task({ id: 'raw', run: async () => 'other', retry: { maxAttempts: 2 } })
    expect(resourceCatalog.getTask('raw')?.retry).toMatchObject({ maxAttempts: 2 })
    const again = { ...work, event: 'work.followed' } as Definition
    expect(() => createTriggerTasks({ jobs: [work, again] })).toThrow(
      expect.objectContaining({ code: 'duplicate_definition' }),
    )
  })
})

describe('a schedule', () => {
  /** Returns the time of the server's first call. */
  const next = async (cron: string) => {
    const now = Date.parse('2026-06-04T12:00:00Z') // a Thursday
    const { register, request } = await openLoopback({ now: () => now })
    expect(await register({ id: 'tick', schedule: { cron, timezone: 'UTC' } })).toMatchObject({ status: 200 })
    const { body } = await request('GET', '/api/v1/schedules')
    return body.data[0].nextRun as string
  }

  test('with a step of weekdays runs up to a seventh day in Trigger.dev; this library ends it on Saturday', async () => {
    expect(await next('0 9 * * 3/4')).toBe('2026-06-07T09:00:00.000Z')
    createTriggerTasks({ jobs: [cronJob('0 9 * * 3/4')] })
    const { cron } = resourceCatalog.getTaskManifest('tick-nightly')!.schedule!
    expect(await next(cron)).toBe('2026-06-10T09:00:00.000Z')
  })
})
