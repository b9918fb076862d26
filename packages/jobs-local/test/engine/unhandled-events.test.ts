import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'

const tenantId = 'acme'
const unhandled = (event: string) => expect.stringMatching(`^No job handles \`${event}\`\\. If one should`)

describe('an event that no job handles', () => {
  test('is logged once for each name at level info, and its jobs complete', async () => {
    const logger = createRecordedLogger()
    const engine = createTestEngine({ jobs: [], logger })
    const ids: string[] = []
    for (const event of ['work.ignored', 'work.ignored', 'work.requested', 'work.ignored'] as const) {
      ids.push((await engine.client.sendJob(event, { tenantId })).id)
      await engine.settle()
    }
    expect(logger.messages('info')).toEqual([unhandled('work.ignored'), unhandled('work.requested')])
    expect(logger.lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([])
    for (const id of ids) expect(await engine.client.getJobStatus(id)).toMatchObject({ state: 'completed', runs: [] })
  })

  test('is logged when it comes due, and not if it was cancelled before', async () => {
    const logger = createRecordedLogger()
    const engine = createTestEngine({ jobs: [], logger })
    const { id } = await engine.client.scheduleJob('work.requested', { tenantId }, { delay: '1h' })
    await engine.client.scheduleJob('work.ignored', { tenantId }, { delay: '2h' })
    await engine.client.cancelJob(id)
    await engine.advance('119m')
    expect(logger.messages('info')).toEqual([])
    await engine.advance('1m')
    expect(logger.messages('info')).toEqual([unhandled('work.ignored')])
  })
})
