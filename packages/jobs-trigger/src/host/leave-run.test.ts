import { defineJob, type Definition } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { afterEach, expect, test, vi } from 'vitest'

import { envelopeOf } from '../../test/kit/envelope-of.ts'
import { createFakeEngine } from '../../test/kit/fake-engine.ts'
import type { FakeRequest } from '../../test/kit/fake-server.ts'
import { openTasks } from '../../test/kit/open-tasks.ts'

afterEach(() => vi.unstubAllGlobals())

const taskId = 'event-work__asked'

/** Opens the task of an event whose handler must not run. */
async function open() {
  const tagged: unknown[] = []
  const handler = vi.fn<() => void>()
  const work = defineJob({ id: 'work', event: 'work.asked', handler }) as unknown as Definition
  const engine = createFakeEngine(({ url, body }: FakeRequest) => {
    if (url.pathname.endsWith('/tags')) tagged.push([url.pathname.split('/').at(-2), body])
    return undefined
  })
  return { ...(await openTasks([work], { engine })), handler, tagged }
}

test.each([
  ['that requires what it does not know', { requires: ['later'] }],
  ['of a later version', { v: 2, shape: { of: 'tomorrow' } }],
])('an event run leaves a job %s to a later run, which has all of it', async (_, more) => {
  const { attempt, engine, handler, tagged, clock, logger } = await open()
  const envelope = { ...envelopeOf({ sentAt: clock.now() }), ...more }
  const options = { machine: 'small-2x' }
  const result = await attempt(taskId, { payload: { envelope, options } })
  expect(result).toMatchObject({ ok: true, output: { runs: {} }, metadata: { job: { dispatched: {} } } })
  const retry = { jobId: 'run_1', runs: {}, allBut: [] }
  expect(engine.runs).toMatchObject([{ taskId, payload: { envelope, options, retry }, options }])
  const { delay, tags, lockToVersion } = engine.runs[0]!.options
  expect([new Date(delay as string).getTime() - clock.now(), lockToVersion]).toEqual([60_000, undefined])
  expect(tags).toContain('job:run_1')
  expect(tagged).toEqual([['run_1', { tags: ['retried-by:run_made1'] }]])
  expect(logger.messages('warn')).toEqual([expect.stringContaining('Jobs wait because they require') as string])

  await attempt(taskId, { runId: 'run_made1', payload: engine.runs[0]!.payload })
  expect(engine.runs[1]).toMatchObject({ taskId, payload: { envelope, options, retry } })
  const understood = { ...(engine.runs[1]!.payload as object), envelope: envelopeOf() }
  await attempt(taskId, { runId: 'run_made2', payload: understood })
  expect(engine.runs[2]).toMatchObject({ taskId: 'job-work', payload: { jobId: 'run_1' } })
  expect(handler).not.toHaveBeenCalled()
})

test('a manual retry that is left keeps what it retries', async () => {
  const { attempt, engine } = await open()
  const retry = { jobId: 'run_0', runs: { work: 'run_00' } }
  await attempt(taskId, { payload: { envelope: envelopeOf({ requires: ['later'] }), retry } })
  expect(engine.runs).toMatchObject([{ payload: { retry } }])
})

test('a repeated attempt leaves the job to the same run', async () => {
  const { attempt, engine } = await open()
  const payload = { envelope: envelopeOf({ requires: ['later'] }) }
  await attempt(taskId, { payload })
  await attempt(taskId, { payload, attempt: 2 })
  expect(engine.runs).toHaveLength(1)
})

test("a definition's run waits, without an attempt, until it is cancelled", async () => {
  const { attempt, engine, handler } = await open()
  const cancel = new AbortController()
  const payload = { envelope: envelopeOf({ requires: ['later'] }), jobId: 'run_0' }
  const waiting = attempt('job-work', { payload, signal: cancel.signal })
  cancel.abort()
  const { metadata } = await waiting
  expect([metadata, engine.runs]).toEqual([{}, []])
  expect(handler).not.toHaveBeenCalled()
})
