import { defineJob, defineWorkflow, type Definition, eventType } from '@cgk-platform/jobs-core'
import { withSeparateRegistry } from '@cgk-platform/jobs-core/tools'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { describe, expect, onTestFinished, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'
import { removeDefinitions } from '../kit/remove-definitions.ts'

const tenantId = 'acme'
const unhandled = (event: string, hint = '') =>
  `No job handles \`${event}\`, so its jobs end as \`unhandled\`. ${hint}` +
  'If one should, import the module that defines it, then call `retryJob`.'

describe('an event that no job handles', () => {
  test('is logged once for each name at level warn, and its jobs are unhandled', async () => {
    const logger = createRecordedLogger()
    const engine = createTestEngine({ jobs: [], logger })
    const ids: string[] = []
    for (const event of ['work.ignored', 'work.ignored', 'work.requested', 'work.ignored'] as const) {
      ids.push((await engine.client.sendJob(event, { tenantId })).id)
      await engine.settle()
    }
    expect(logger.messages('warn')).toEqual([unhandled('work.ignored'), unhandled('work.requested')])
    for (const id of ids) {
      expect(await engine.client.getJobStatus(id)).toMatchObject({
        state: 'unhandled',
        runs: [],
        endedAt: expect.any(Date),
      })
      expect(await engine.client.waitForJob(id)).toMatchObject({ state: 'unhandled' })
      expect(await engine.client.cancelJob(id)).toMatchObject({ state: 'unhandled' })
    }
    expect((await engine.client.listJobs({ state: 'unhandled' })).jobs.map(({ id }) => id).toSorted()).toEqual(
      ids.toSorted(),
    )
    expect(await engine.client.inspect.countJobs({ by: 'state' })).toMatchObject({
      groups: [{ key: 'unhandled', count: 4 }],
    })
  })

  test('is logged when it comes due, and not if it was cancelled before', async () => {
    const logger = createRecordedLogger()
    const engine = createTestEngine({ jobs: [], logger })
    const { id } = await engine.client.scheduleJob('work.requested', { tenantId }, { delay: '1h' })
    await engine.client.scheduleJob('work.ignored', { tenantId }, { delay: '2h' })
    await engine.client.cancelJob(id)
    await engine.advance('119m')
    expect(logger.messages('warn')).toEqual([])
    await engine.advance('1m')
    expect(logger.messages('warn')).toEqual([unhandled('work.ignored')])
  })

  const define = (event: 'work.checked' | 'work.counted', enabled = true): Definition[] =>
    withSeparateRegistry(() => [defineJob({ id: 'work', event, enabled, handler: () => 'done' })])
  test.for<[handled: string, jobs: Definition[], hint: string]>([
    ['a similar event', define('work.counted'), 'Did you mean `work.counted`? '],
    ['a similar event, by a disabled job', define('work.counted', false), ''],
    ['the event, by a disabled job', define('work.checked', false), '`work` would, with `enabled: true`. '],
  ])('is logged with a hint if a job handles %s', async ([, jobs, hint]) => {
    const logger = createRecordedLogger()
    const engine = createTestEngine({ jobs, logger })
    await engine.client.sendJob('work.checked', { tenantId })
    await engine.settle()
    expect(logger.messages('warn')).toEqual([unhandled('work.checked', hint)])
  })

  test('is handled by a retry once a job is defined, which counts the times of the job from then', async () => {
    const engine = createTestEngine({ logger: createRecordedLogger() })
    onTestFinished(removeDefinitions)
    const send = async (data: string) =>
      (await engine.client.sendJob('work.requested', { tenantId, data }, { idempotencyKey: data })).id
    const [id, other] = [await send('one'), await send('two')]
    await engine.settle()
    await engine.client.retryJob(id)
    await engine.settle()
    expect((await engine.client.getJobStatus(id)).state).toBe('unhandled')
    await engine.advance('3h')
    const handled: unknown[] = []
    defineJob({
      id: 'work',
      event: 'work.requested',
      runTimeout: '1h',
      handler: ({ payload }) => void handled.push(payload.data),
    })
    expect(await engine.client.inspect.retryJobs({ event: 'work.requested' })).toMatchObject({ changed: 0 })
    await Promise.all([engine.client.retryJob(id), engine.client.retryJob(id)])
    await engine.settle()
    const status = await engine.client.getJobStatus(id)
    expect(status).toMatchObject({ state: 'completed', runs: [{ definitionId: 'work', attempts: 1 }] })
    expect(status.endedAt!.getTime() - status.createdAt.getTime()).toBe(3 * 3_600_000)
    await expect(engine.client.retryJob(id)).rejects.toMatchObject({ code: 'job_not_retryable' })
    expect(await send('two')).toBe(other) // the key stays taken
    expect(await engine.client.inspect.retryJobs({ states: ['unhandled'] })).toMatchObject({ changed: 1 })
    await engine.settle()
    expect(handled).toEqual(['one', 'two'])
  })

  test('is not unhandled if a workflow waited for it', async () => {
    const waiting = withSeparateRegistry(() =>
      defineWorkflow({
        id: 'waiting',
        event: 'work.requested',
        steps: (_event, step) => step.waitForEvent('answer', 'work.followed', { timeout: '1h' }),
      }),
    )
    const logger = createRecordedLogger()
    const engine = createTestEngine({ jobs: [waiting], logger })
    await engine.client.sendJob('work.requested', { tenantId })
    await engine.settle()
    const { id } = await engine.client.sendJob('work.followed', { tenantId })
    await engine.settle()
    expect(await engine.client.getJobStatus(id)).toMatchObject({ state: 'completed', runs: [] })
    expect(logger.messages('warn')).toEqual([])
  })

  test('is unhandled in memory also if it is the own event of a job, which no other worker can have', async () => {
    const logger = createRecordedLogger()
    const engine = createTestEngine({ jobs: [], logger })
    const own = withSeparateRegistry(() =>
      defineJob({ id: 'own', payload: eventType<{ size: number }>(), handler: () => 1 }),
    )
    const { id } = await engine.client.sendJob(own, { tenantId, size: 1 })
    await engine.settle()
    expect((await engine.client.getJobStatus(id)).state).toBe('unhandled')
    expect(logger.messages('warn')).toEqual([unhandled('job/own')])
  })
})
