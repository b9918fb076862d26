import { defineJob, type Definition } from '@cgk-platform/jobs-core'
import { calculateNextRetryDelay, resourceCatalog } from '@trigger.dev/core/v3'
import { metadata, task } from '@trigger.dev/sdk'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { envelopeOf } from '../kit/envelope-of.ts'
import { createFakeEngine, type FakeEngine } from '../kit/fake-engine.ts'
import { openTasks } from '../kit/open-tasks.ts'
import '../kit/work.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const payload = { envelope: envelopeOf() }
const naiveId = 'raw'
const oursId = 'event-work__asked'
const retry = { maxAttempts: 5, minTimeoutInMs: 1000, maxTimeoutInMs: 1000, randomize: false }

type Run = () => unknown

interface Setting {
  readonly onFailure?: () => void
  readonly engine?: FakeEngine
  readonly initialDelay?: number
}

/** The same work as a task by hand and as a job, in the vendor's executor. */
async function open(run: Run, setting: Setting = {}) {
  const { onFailure = () => undefined, engine = createFakeEngine(), initialDelay = 1000 } = setting
  const ofOurs = { maxAttempts: 5, backoff: 'fixed', initialDelay } as const
  const job = defineJob({ id: 'work', event: 'work.asked', handler: () => run(), retry: ofOurs, onFailure })
  const tasks = await openTasks([job as unknown as Definition], { engine })
  resourceCatalog.setCurrentFileContext('src/trigger/raw.ts', 'src/trigger/raw.ts')
  task({ id: naiveId, run: async () => run(), retry: { ...retry }, onFailure })
  resourceCatalog.clearCurrentFileContext()
  return tasks
}

/** An error that has a name, and what else the SDK looks at. */
function errorNamed(name: string, more: object = {}): Error {
  return Object.assign(new Error('no'), { name, ...more })
}

describe('what a handler throws', () => {
  test.each([undefined, null, 0, '', false])(
    'as %s is a success by hand; ours has failed, and is tried again',
    async (thrown) => {
      const { attempt } = await open(() => Promise.reject(thrown))
      expect(await attempt(naiveId, { payload })).toMatchObject({ ok: true })
      expect(await attempt(oursId, { payload })).toMatchObject({ ok: false, retry: { delay: 1000 } })
    },
  )

  test.each([
    ['AbortTaskRunError', {}],
    ['TaskPayloadParsedError', {}],
    ['TriggerApiError', { status: 404 }],
  ])('by the name of %s is not tried again by hand; ours is', async (name, more) => {
    const { attempt } = await open(() => Promise.reject(errorNamed(name, more)))
    const naive = await attempt(naiveId, { payload })
    expect([naive.ok, naive.retry]).toEqual([false, undefined])
    expect(await attempt(oursId, { payload })).toMatchObject({ ok: false, retry: { delay: 1000 }, error: { name } })
  })

  test('by the name of CompleteTaskWithOutput is a success by hand; ours has failed', async () => {
    const { attempt } = await open(() => Promise.reject(errorNamed('CompleteTaskWithOutput', { output: 'x' })))
    expect(await attempt(naiveId, { payload })).toMatchObject({ ok: true, output: 'x' })
    expect(await attempt(oursId, { payload })).toMatchObject({ ok: false, retry: { delay: 1000 } })
  })

  test('by the name of TriggerInternalError is shown by hand as a failure of the SDK; ours as what it is', async () => {
    const { attempt } = await open(() => Promise.reject(errorNamed('TriggerInternalError', { code: 'MINE' })))
    expect((await attempt(naiveId, { payload })).error).toMatchObject({ type: 'INTERNAL_ERROR', code: 'MINE' })
    expect((await attempt(oursId, { payload })).error).toMatchObject({ type: 'BUILT_IN_ERROR', message: 'no' })
  })
})

describe('what a handler returns', () => {
  test('with certain keys ends the run by hand as a failure of the SDK; ours arrives', async () => {
    const output = JSON.parse('{"constructor":{"name":"brick"}}') as object
    const { attempt } = await open(() => output)
    const naive = await attempt(naiveId, { payload })
    expect(naive.ok ? naive.output : undefined).not.toEqual(output)
    const ours = await attempt(oursId, { payload })
    expect(ours).toMatchObject({ ok: true, metadata: { job: { output: 'json text' } } })
    expect(JSON.parse(ours.output as string)).toEqual(output)
  })
})

describe('a process that makes one run after another', () => {
  test('gives a run by hand the number of attempts of the one before; ours has its own', async () => {
    const { attempt } = await open(() => Promise.reject(new Error('no')))
    const second = async (id: string) => {
      await attempt(id, { payload, runId: 'run_a', maxAttempts: 2 })
      return attempt(id, { payload, runId: 'run_b', attempt: 2 })
    }
    expect((await second(naiveId)).retry).toBeUndefined() // of five
    expect((await second(oursId)).retry).toEqual(expect.objectContaining({ delay: 1000 }))
  })
})

describe('a process that dies', () => {
  // To the server a delay of nothing is none, and where a process died it then tries no more.
  test('is tried again, also where its definition waits for nothing between two attempts', async () => {
    const { task: taskOf } = await open(() => undefined, { initialDelay: 0 })
    for (const id of [oursId, 'job-work']) {
      expect(calculateNextRetryDelay(taskOf(id)['retry'] as typeof retry, 1)).toBeGreaterThan(0)
    }
  })
})

describe('metadata', () => {
  test('that could not be sent is never sent again by hand; ours is sent with the end', async () => {
    vi.spyOn(console, 'error').mockReturnValue() // the SDK says so there
    const engine = createFakeEngine(({ method }) =>
      method === 'PUT' ? { status: 400, body: { error: 'no' } } : undefined,
    )
    const { attempt, clock } = await open(
      async () => {
        metadata.set('where', 'here')
        await metadata.flush().catch(() => undefined)
        metadata.set('where', 'here')
        await new Promise<void>((resolve) => void clock.setTimer(500, resolve)) // time enough for a word of ours
        return 'done'
      },
      { engine },
    )
    const keys = (queued: readonly unknown[]) => queued.map((one) => (one as { key: string }).key)
    expect(keys((await attempt(naiveId, { payload })).queued)).not.toContain('where')
    expect(keys((await attempt(oursId, { payload })).queued)).toContain('job')
  })
})

describe('a project that has the retries of its tasks turned off', () => {
  test('ends a run by hand without a word why; ours says so', async () => {
    const onFailure = vi.fn<() => void>()
    const { attempt, logger } = await open(() => Promise.reject(new Error('no')), { onFailure })
    const retries = { enabledInDev: false }
    expect((await attempt(naiveId, { payload, retries })).retry).toBeUndefined()
    expect(logger.lines).toEqual([])
    expect((await attempt(oursId, { payload, retries })).retry).toBeUndefined()
    expect(logger.messages('error')).toContainEqual(expect.stringContaining('`retries.enabledInDev: false`'))
    expect(onFailure).toHaveBeenCalledTimes(2)
  })
})

describe('`onFailure`', () => {
  test('that throws is lost by hand without a word; ours is logged', async () => {
    const onFailure = (): never => {
      throw new Error('of onFailure')
    }
    const { attempt, logger } = await open(() => Promise.reject(new Error('of the handler')), { onFailure })
    await attempt(naiveId, { payload, attempt: 5, maxAttempts: 5 })
    expect(logger.lines).toEqual([])
    await attempt(oursId, { payload, attempt: 5, maxAttempts: 6 })
    expect(logger.messages('error')).toContainEqual(expect.stringContaining('onFailure'))
  })
})
