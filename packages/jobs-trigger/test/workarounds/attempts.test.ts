import { defineJob, type Definition } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { calculateNextRetryDelay, resourceCatalog } from '@trigger.dev/core/v3'
import { metadata, task } from '@trigger.dev/sdk'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { envelopeOf } from '../kit/envelope-of.ts'
import { createFakeEngine, type FakeEngine } from '../kit/fake-engine.ts'
import { openTasks } from '../kit/open-tasks.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const payload = { envelope: envelopeOf() }
const sdkTaskId = 'raw'
const jobTaskId = 'event-work__asked'
const retry = { maxAttempts: 5, minTimeoutInMs: 1000, maxTimeoutInMs: 1000, randomize: false }

type Run = () => unknown

interface Options {
  readonly onFailure?: () => void
  readonly engine?: FakeEngine
  readonly initialDelay?: number
}

/** Opens the same work as a task of the SDK and as a job, in the SDK's executor. */
async function open(run: Run, options: Options = {}) {
  const { onFailure = () => undefined, engine = createFakeEngine(), initialDelay = 1000 } = options
  const jobRetry = { maxAttempts: 5, backoff: 'fixed', initialDelay } as const
  const job = defineJob({ id: 'work', event: 'work.asked', handler: () => run(), retry: jobRetry, onFailure })
  const tasks = await openTasks([job as unknown as Definition], { engine })
  resourceCatalog.setCurrentFileContext('src/trigger/sdk.ts', 'src/trigger/sdk.ts')
  task({ id: sdkTaskId, run: async () => run(), retry: { ...retry }, onFailure })
  resourceCatalog.clearCurrentFileContext()
  return tasks
}

/** Returns an error with a name and other properties that the SDK reads. */
function errorNamed(name: string, more: object = {}): Error {
  return Object.assign(new Error('no'), { name, ...more })
}

describe('a handler that throws', () => {
  test.each([undefined, null, 0, '', false])('%s completes a task; a job fails and is retried', async (thrown) => {
    const { attempt } = await open(() => Promise.reject(thrown))
    expect(await attempt(sdkTaskId, { payload })).toMatchObject({ ok: true })
    expect(await attempt(jobTaskId, { payload })).toMatchObject({ ok: false, retry: { delay: 1000 } })
  })

  test.each([
    ['AbortTaskRunError', {}],
    ['TaskPayloadParsedError', {}],
    ['TriggerApiError', { status: 404 }],
  ])('an error named %s ends a task without a retry; a job is retried', async (name, more) => {
    const { attempt } = await open(() => Promise.reject(errorNamed(name, more)))
    const sdkResult = await attempt(sdkTaskId, { payload })
    expect([sdkResult.ok, sdkResult.retry]).toEqual([false, undefined])
    expect(await attempt(jobTaskId, { payload })).toMatchObject({ ok: false, retry: { delay: 1000 }, error: { name } })
  })

  test('an error named CompleteTaskWithOutput completes a task; a job fails', async () => {
    const { attempt } = await open(() => Promise.reject(errorNamed('CompleteTaskWithOutput', { output: 'x' })))
    expect(await attempt(sdkTaskId, { payload })).toMatchObject({ ok: true, output: 'x' })
    expect(await attempt(jobTaskId, { payload })).toMatchObject({ ok: false, retry: { delay: 1000 } })
  })

  test('an error named TriggerInternalError makes a task show an error of the SDK; a job shows the thrown error', async () => {
    const { attempt } = await open(() => Promise.reject(errorNamed('TriggerInternalError', { code: 'MINE' })))
    expect((await attempt(sdkTaskId, { payload })).error).toMatchObject({ type: 'INTERNAL_ERROR', code: 'MINE' })
    expect((await attempt(jobTaskId, { payload })).error).toMatchObject({ type: 'BUILT_IN_ERROR', message: 'no' })
  })
})

describe('an output', () => {
  test('with certain keys fails a task with an error of the SDK; a job returns it', async () => {
    const output = JSON.parse('{"constructor":{"name":"brick"}}') as object
    const { attempt } = await open(() => output)
    const sdkResult = await attempt(sdkTaskId, { payload })
    expect(sdkResult.ok ? sdkResult.output : undefined).not.toEqual(output)
    const library = await attempt(jobTaskId, { payload })
    expect(library).toMatchObject({ ok: true, metadata: { job: { output: 'json text' } } })
    expect(JSON.parse(library.output as string)).toEqual(output)
  })
})

describe('a process that executes several runs', () => {
  test('gives a task the number of attempts of the previous run; a job has its own', async () => {
    const { attempt } = await open(() => Promise.reject(new Error('no')))
    const second = async (id: string) => {
      await attempt(id, { payload, runId: 'run_a', maxAttempts: 2 })
      return attempt(id, { payload, runId: 'run_b', attempt: 2 })
    }
    expect((await second(sdkTaskId)).retry).toBeUndefined() // of five
    expect((await second(jobTaskId)).retry).toEqual(expect.objectContaining({ delay: 1000 }))
  })
})

describe('a process that dies', () => {
  // The server takes a delay of zero for no retry.
  test('is retried even if its definition has no delay between attempts', async () => {
    const { task: taskOf } = await open(() => undefined, { initialDelay: 0 })
    for (const id of [jobTaskId, 'job-work']) {
      expect(calculateNextRetryDelay(taskOf(id)['retry'] as typeof retry, 1)).toBeGreaterThan(0)
    }
  })
})

describe('metadata', () => {
  test('that could not be sent is lost for a task; the record of a job is sent with its end', async () => {
    vi.spyOn(console, 'error').mockReturnValue() // the SDK logs the failure
    const engine = createFakeEngine(({ method }) =>
      method === 'PUT' ? { status: 400, body: { error: 'no' } } : undefined,
    )
    const { attempt, clock } = await open(
      async () => {
        metadata.set('where', 'here')
        await metadata.flush().catch(() => undefined)
        metadata.set('where', 'here')
        await new Promise<void>((resolve) => void clock.setTimer(500, resolve)) // enough time for the library's own request
        return 'done'
      },
      { engine },
    )
    const keys = (queued: readonly unknown[]) => queued.map((one) => (one as { key: string }).key)
    expect(keys((await attempt(sdkTaskId, { payload })).queued)).not.toContain('where')
    expect(keys((await attempt(jobTaskId, { payload })).queued)).toContain('job')
  })
})

describe('a project with retries turned off', () => {
  test('fails a task without a reason; a job logs it', async () => {
    const onFailure = vi.fn<() => void>()
    const { attempt, logger } = await open(() => Promise.reject(new Error('no')), { onFailure })
    const retries = { enabledInDev: false }
    expect((await attempt(sdkTaskId, { payload, retries })).retry).toBeUndefined()
    expect(logger.lines).toEqual([])
    expect((await attempt(jobTaskId, { payload, retries })).retry).toBeUndefined()
    expect(logger.messages('error')).toContainEqual(expect.stringContaining('`retries.enabledInDev: false`'))
    expect(onFailure).toHaveBeenCalledTimes(2)
  })
})

describe('`onFailure`', () => {
  test('that throws is ignored silently for a task; a job logs the error', async () => {
    const onFailure = (): never => {
      throw new Error('from onFailure')
    }
    const { attempt, logger } = await open(() => Promise.reject(new Error('from the handler')), { onFailure })
    await attempt(sdkTaskId, { payload, attempt: 5, maxAttempts: 5 })
    expect(logger.lines).toEqual([])
    await attempt(jobTaskId, { payload, attempt: 5, maxAttempts: 6 })
    expect(logger.messages('error')).toContainEqual(expect.stringContaining('onFailure'))
  })
})
