import { defineJob, findRun, NonRetryableError } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'
import { createDeferred } from '../kit/deferred.ts'
import { failUntil } from '../kit/fail-until.ts'
import '../kit/work.ts'

const tenantId = 'acme'

/** A handler that fails for good so many times, counted over all its runs. */
function failTimes(times: number, output = 'done') {
  let called = 0
  return () => {
    if (++called <= times) throw new NonRetryableError(`call ${called} failed`)
    return output
  }
}

describe('retrying a failed job by hand', () => {
  test('keeps its id and makes new runs of the failed definitions alone, linked to the old', async () => {
    const works = defineJob({ id: 'works', event: 'work.asked', handler: () => 'done' })
    const fails = defineJob({ id: 'fails', event: 'work.asked', handler: failTimes(1) })
    const engine = createTestEngine({ jobs: [works, fails] })
    const { id } = await engine.client.sendJob('work.asked', { tenantId, number: 7 })
    await engine.settle()
    const before = await engine.client.getJobStatus(id)
    expect(before.state).toBe('failed')
    await engine.advance('1h')
    expect(await engine.client.retryJob(id)).toEqual({ id, event: 'work.asked', tenantId, deduplicated: false })
    await engine.settle()
    const after = await engine.client.getJobStatus(id)
    expect(after).toMatchObject({ id, state: 'completed', createdAt: before.createdAt, endedAt: engine.now() })
    expect(
      after.runs.map(({ id: runId, definitionId, state, attempts, retryOf }) => ({
        runId,
        definitionId,
        state,
        attempts,
        retryOf,
      })),
    ).toEqual([
      { runId: `${id}-1`, definitionId: 'works', state: 'completed', attempts: 1, retryOf: undefined },
      { runId: `${id}-2`, definitionId: 'fails', state: 'failed', attempts: 1, retryOf: undefined },
      { runId: `${id}-3`, definitionId: 'fails', state: 'completed', attempts: 1, retryOf: `${id}-2` },
    ])
    expect(findRun(after, fails)?.output).toBe('done')
  })

  test('gives the new run the payload as it was sent, and all its attempts anew', async () => {
    const seen: unknown[] = []
    const job = defineJob({
      id: 'work',
      event: 'work.asked',
      retry: { maxAttempts: 2, initialDelay: '1s' },
      handler: ({ payload, sentAt }, { attempt, runId }) => {
        seen.push([runId.slice(-2), attempt, structuredClone(payload), sentAt.toISOString()])
        payload.data = 'changed'
        throw new Error('always')
      },
    })
    const engine = createTestEngine({ jobs: [job] })
    const { id } = await engine.client.sendJob('work.asked', { tenantId, data: 'sent' })
    await engine.runUntilIdle()
    await engine.client.retryJob(id)
    await engine.runUntilIdle()
    const payload = { tenantId, data: 'sent' }
    const sentAt = '2026-01-01T00:00:00.000Z'
    expect(seen).toEqual([
      ['-1', 1, payload, sentAt],
      ['-1', 2, payload, sentAt],
      ['-2', 1, payload, sentAt],
      ['-2', 2, payload, sentAt],
    ])
  })

  test('again and again, for as long as it fails; the state is that of the newest run', async () => {
    const job = defineJob({ id: 'work', event: 'work.asked', handler: failTimes(3) })
    const engine = createTestEngine({ jobs: [job] })
    const { id } = await engine.client.sendJob('work.asked', { tenantId })
    await engine.settle()
    const states: string[] = []
    for (let retries = 0; retries < 3; retries++) {
      await engine.client.retryJob(id)
      await engine.settle()
      states.push((await engine.client.getJobStatus(id)).state)
    }
    expect(states).toEqual(['failed', 'failed', 'completed'])
    const { runs } = await engine.client.getJobStatus(id)
    expect(runs.map(({ state, retryOf }) => [state, retryOf])).toEqual([
      ['failed', undefined],
      ['failed', `${id}-1`],
      ['failed', `${id}-2`],
      ['completed', `${id}-3`],
    ])
  })

  test('asked many times at once, it happens once', async () => {
    const job = defineJob({ id: 'work', event: 'work.asked', handler: failTimes(1) })
    const engine = createTestEngine({ jobs: [job] })
    const { id } = await engine.client.sendJob('work.asked', { tenantId })
    await engine.settle()
    const answers = await Promise.allSettled(Array.from({ length: 10 }, () => engine.client.retryJob(id)))
    await engine.settle()
    expect(answers.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
    expect((await engine.client.getJobStatus(id)).runs).toHaveLength(2)
    expect(engine.attempts).toHaveLength(2)
  })

  test('while it is under way again it is open: waited for, cancelled, and not to be retried once more', async () => {
    const deferred = createDeferred<string>()
    const fails = failTimes(1)
    const job = defineJob({
      id: 'work',
      event: 'work.asked',
      handler: () => {
        fails()
        return deferred.promise
      },
    })
    const engine = createTestEngine({ jobs: [job], patienceMs: 5 })
    const { id } = await engine.client.sendJob('work.asked', { tenantId })
    await engine.settle()
    await engine.client.retryJob(id)
    await engine.settle()
    const running = await engine.client.getJobStatus(id)
    expect([running.state, running.endedAt]).toEqual(['running', undefined])
    await expect(engine.client.retryJob(id)).rejects.toMatchObject({ code: 'job_not_retryable', state: 'running' })
    const waiting = engine.client.waitForJob(id)
    expect(await engine.client.cancelJob(id)).toMatchObject({
      state: 'cancelled',
      runs: [{ state: 'failed' }, { state: 'cancelled' }],
    })
    expect((await waiting).state).toBe('cancelled')
    deferred.resolve('late')
    await engine.settle()
    await expect(engine.client.retryJob(id)).rejects.toMatchObject({ code: 'job_not_retryable', state: 'cancelled' })
  })

  test('keeps the number of attempts that the send asked for', async () => {
    const job = defineJob({
      id: 'work',
      event: 'work.asked',
      retry: { maxAttempts: 5, initialDelay: 0 },
      handler: failUntil(99),
    })
    const engine = createTestEngine({ jobs: [job] })
    const { id } = await engine.client.sendJob('work.asked', { tenantId }, { maxAttempts: 2 })
    await engine.settle()
    await engine.client.retryJob(id)
    await engine.settle()
    expect(
      (await engine.client.getJobStatus(id)).runs.map(({ attempts, maxAttempts }) => [attempts, maxAttempts]),
    ).toEqual([
      [2, 2],
      [2, 2],
    ])
  })

  test('takes its place among the limits', async () => {
    const deferred = createDeferred()
    const fails = failTimes(1)
    const job = defineJob({
      id: 'work',
      event: 'work.asked',
      concurrency: 1,
      handler: ({ payload }) => (payload.number === 1 ? void fails() : deferred.promise),
    })
    const engine = createTestEngine({ jobs: [job], patienceMs: 5 })
    const { id } = await engine.client.sendJob('work.asked', { tenantId, number: 1 })
    await engine.settle()
    await engine.client.sendJob('work.asked', { tenantId, number: 2 })
    await engine.settle()
    await engine.client.retryJob(id)
    await engine.settle()
    expect((await engine.client.getJobStatus(id)).state).toBe('queued')
    deferred.resolve()
    await engine.settle()
    expect((await engine.client.getJobStatus(id)).state).toBe('completed')
  })

  test('calls `onFailure` again when the new run fails too', async () => {
    const failures: string[] = []
    const job = defineJob({
      id: 'work',
      event: 'work.asked',
      retry: { maxAttempts: 1 },
      handler: failUntil(99),
      onFailure: (_error, _event, { runId }) => failures.push(runId),
    })
    const engine = createTestEngine({ jobs: [job] })
    const { id } = await engine.client.sendJob('work.asked', { tenantId })
    await engine.settle()
    await engine.client.retryJob(id)
    await engine.settle()
    expect(failures).toEqual([`${id}-1`, `${id}-2`])
  })
})
