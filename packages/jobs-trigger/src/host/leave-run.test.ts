import { defineJob, type Definition } from '@cgk-platform/jobs-core'
import { CodecError } from '@cgk-platform/jobs-core/errors'
import type { JobErrorInfo } from '@cgk-platform/jobs-core/provider'
import '@cgk-platform/test-kit/work'
import { afterEach, expect, test, vi } from 'vitest'

import { envelopeOf } from '../../test/kit/envelope-of.ts'
import { createFakeEngine } from '../../test/kit/fake-engine.ts'
import type { FakeRequest } from '../../test/kit/fake-server.ts'
import { openTasks, type TasksOptions } from '../../test/kit/open-tasks.ts'

afterEach(() => vi.unstubAllGlobals())

const taskId = 'event-work__asked'

/** Opens the task of an event whose handler must not run. */
async function open(codec?: TasksOptions['codec']) {
  const tagged: unknown[] = []
  const handler = vi.fn<() => void>()
  const work = defineJob({ id: 'work', event: 'work.asked', handler }) as unknown as Definition
  const engine = createFakeEngine(({ url, body }: FakeRequest) => {
    if (url.pathname.endsWith('/tags')) tagged.push([url.pathname.split('/').at(-2), body])
    return undefined
  })
  return { ...(await openTasks([work], { engine, codec })), handler, tagged }
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

/** A codec of the host that cannot decode. */
function withoutKey(): NonNullable<TasksOptions['codec']> {
  const decode = (): Promise<never> => {
    const remedy = 'Give the codec its key.'
    return Promise.reject(new CodecError({ operation: 'decode', problem: 'threw', remedy }))
  }
  const encodeError = async (info: JobErrorInfo) => info
  return { decode, encodeError } as Partial<NonNullable<TasksOptions['codec']>> as NonNullable<TasksOptions['codec']>
}

const encoded = { ...envelopeOf(), payload: { tenantId: 'acme', $encoded: 'text' }, requires: ['codec'] }

test.each([
  ['without a codec', undefined],
  ['whose codec has not its key', withoutKey()],
])('an event run leaves an encoded job %s to a later run', async (_, codec) => {
  const { attempt, engine, handler, logger } = await open(codec)
  const result = await attempt(taskId, { payload: { envelope: encoded } })
  expect(result).toMatchObject({ ok: true, output: { runs: {} } })
  expect(engine.runs).toMatchObject([{ taskId, payload: { envelope: encoded, retry: { jobId: 'run_1' } } }])
  expect(handler).not.toHaveBeenCalled()
  expect(logger.messages('warn')).toEqual([expect.stringContaining('cannot decode them: `codec.decode`') as string])
})

test("a definition's run of an encoded job waits without an attempt until the codec can decode it", async () => {
  const codec = withoutKey()
  const { attempt, handler } = await open(codec)
  const { decode } = codec
  let tries = 0
  codec.decode = (given) => (++tries < 4 ? decode(given) : Promise.resolve({ tenantId: 'acme', id: '1' }))
  const result = await attempt('job-work', { payload: { envelope: encoded, jobId: 'run_0' } })
  expect(result).toMatchObject({ ok: true, metadata: { job: { attempt: 1 } } })
  expect([tries, handler.mock.calls.length]).toEqual([4, 1])
})
