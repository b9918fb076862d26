import { type CronContext, defineCronJob, defineJob, type CronJobOptions } from '@cgk-platform/jobs-core'
import { processJobs } from '@cgk-platform/jobs-core/tools'
import { createRecordedLogger, type RecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { createTestEngine, type TestEngine } from '../../src/testing/index.ts'
import { removeDefinitions } from '../kit/remove-definitions.ts'

describe('changes of cron jobs while the engine runs', () => {
  let engine: TestEngine
  let logger: RecordedLogger
  let ticks: string[]

  const define = (schedule: string, options: Partial<CronJobOptions<void>> = {}, version = '') =>
    defineCronJob({
      id: 'report',
      schedule,
      ...options,
      handler: ({ scheduledAt }: CronContext) => void ticks.push(`${scheduledAt.toISOString().slice(5, 16)}${version}`),
    })

  beforeEach(() => {
    logger = createRecordedLogger()
    engine = createTestEngine({ logger }) // at midnight on January 1, with all registered definitions
    ticks = []
  })
  afterEach(async () => {
    await engine.close()
    removeDefinitions()
  })

  test('a cron job defined later ticks from then on', async () => {
    await engine.advance('90m')
    define('0 * * * *', { catchUp: 'latest' })
    await engine.advance('90m')
    expect(ticks).toEqual(['01-01T02:00', '01-01T03:00'])
  })

  test('redefined with the same schedule, it keeps its next tick and runs the new handler', async () => {
    define('0 * * * *', {}, ' old')
    await engine.advance('90m')
    define('0 * * * *', {}, ' new')
    await engine.advance('2h')
    expect(ticks).toEqual(['01-01T01:00 old', '01-01T02:00 new', '01-01T03:00 new'])
  })

  test.each(['none', 'latest'] as const)(
    'a changed schedule counts from now on and has missed no tick (catchUp %s)',
    async (catchUp) => {
      define('0 9 * * *', { catchUp })
      await engine.advance('15h') // 15:00
      define('0 12 * * *', { catchUp })
      await engine.advance('24h')
      expect(ticks).toEqual(['01-01T09:00', '01-02T12:00'])
      expect(logger.messages('warn')).toEqual([])
    },
  )

  test('an earlier schedule wakes the engine earlier', async () => {
    define('0 0 1 7 *')
    await engine.advance('1h')
    define('*/10 * * * *')
    await engine.advance('20m')
    expect(ticks).toEqual(['01-01T01:10', '01-01T01:20'])
  })

  test('a removed cron job stops ticking, and others continue', async () => {
    define('0 * * * *')
    const other: string[] = []
    defineCronJob({ id: 'other', schedule: '0 * * * *', handler: () => void other.push('tick') })
    await engine.advance('90m')
    processJobs().remove('report')
    await engine.advance('2h')
    expect([ticks, other]).toEqual([['01-01T01:00'], ['tick', 'tick', 'tick']])
  })

  test.each(['none', 'latest'] as const)(
    'removed and defined again, it has missed no tick (catchUp %s)',
    async (catchUp) => {
      define('0 * * * *', { catchUp })
      await engine.advance('90m')
      processJobs().remove('report')
      await engine.advance('5h')
      define('0 * * * *', { catchUp })
      await engine.advance('1h')
      expect(ticks).toEqual(['01-01T01:00', '01-01T07:00'])
      expect(logger.messages('warn')).toEqual([])
    },
  )

  test('replaced by an ordinary job with its id, it stops ticking', async () => {
    define('0 * * * *')
    await engine.advance('90m')
    defineJob({ id: 'report', event: 'work.requested', handler: () => void ticks.push('sent') })
    await engine.advance('2h')
    await engine.client.sendJob('work.requested', { tenantId: 'acme' })
    await engine.settle()
    expect(ticks).toEqual(['01-01T01:00', 'sent'])
  })
})
