import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { defineJob, type JobContext } from '@cgk-platform/jobs-core'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import { describe, expect, test } from 'vitest'

import { openWorkerClient, type OpenWorkerClient } from '../kit/open-worker-client.ts'
import { untilAborted } from '../kit/until-aborted.ts'

const payload = { tenantId: 'acme', number: 7 }

interface OpenRunning extends OpenWorkerClient {
  /** The id of the running job. */
  readonly id: string
  /** The context of the handler's first attempt. */
  readonly context: JobContext
}

/** Opens a worker with a running job, whose second attempt completes at once. */
async function openRunning(handler: (context: JobContext) => unknown): Promise<OpenRunning> {
  const began = createDeferred<JobContext>()
  const work = defineJob({
    id: 'work',
    event: 'work.asked',
    handler(_, context) {
      began.resolve(context)
      return context.attempt === 1 ? handler(context) : 'the second attempt'
    },
  })
  const opened = await openWorkerClient([work])
  await opened.client.start()
  const { id } = await opened.client.sendJob('work.asked', payload)
  return { ...opened, id, context: await began.promise }
}

describe('close', () => {
  test('lets running attempts end, and accepts what they send', async () => {
    let ended = false
    const mayEnd = createDeferred()
    const { client, id, openClient } = await openRunning(async () => {
      await mayEnd.promise
      await client.sendJob('work.followed', payload)
      ended = true
      return 'done'
    })
    const closing = client.close({ timeout: '1m' })
    mayEnd.resolve()
    await closing
    expect(ended).toBe(true)
    const status = await openClient([]).waitForJob(id)
    expect(status).toMatchObject({ state: 'completed', runs: [{ attempts: 1, output: 'done' }] })
  })

  test('aborts attempts after its timeout, and another worker retries them', async () => {
    const { client, id, context, clock, openClient } = await openRunning(({ signal }) => untilAborted(signal))
    // Ready before the retry is due: an engine whose only worker is closing waits for another one, then uses up an attempt.
    const next = openClient()
    await next.start()
    const startedAt = clock.now()
    await client.close({ timeout: 3000 })
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(3000)
    expect(context.signal.reason).toMatchObject({ code: 'shutdown' })
    const status = await next.waitForJob(id)
    expect(status).toMatchObject({ state: 'completed', runs: [{ attempts: 2, output: 'the second attempt' }] })
  })

  // A close that waited longer would exceed the timeout of the test.
  test('does not wait for a handler that ignores its signal', async () => {
    const { client } = await openRunning(() => new Promise(() => undefined))
    await client.close({ timeout: 1000 })
  })

  test('shortens its time when it is called again', async () => {
    const { client } = await openRunning(({ signal }) => untilAborted(signal))
    const closing = client.close({ timeout: '30d' })
    await client.close({ timeout: 0 })
    await closing
  })

  test('resolves at once if nothing runs', async () => {
    const { client } = await openWorkerClient([])
    await client.start()
    await client.close({ timeout: '30d' })
  })

  test('does not wait for an unavailable engine', async () => {
    const { client, engine } = await openRunning(({ signal }) => untilAborted(signal))
    engine.intercept(() => ({ kind: 'reset', when: 'before' }))
    engine.workers.cut()
    await client.close({ timeout: 1000 })
  })

  test('leaves nothing that keeps the process alive', async () => {
    const at = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href)
    const script = `
      import { createLoopbackEngine } from ${JSON.stringify(import.meta.resolve('@cgk-platform/inngest-loopback'))}
      import { createJobClient, defineEvents, defineJob, eventType } from ${at('../../src/index.ts')}
      const engine = await createLoopbackEngine()
      defineEvents({ asked: eventType() })
      defineJob({ id: 'work', event: 'asked', handler: () => 'done' })
      const client = createJobClient({ provider: 'inngest', config: { baseUrl: engine.url, isDev: true } })
      await client.start()
      const { id } = await client.sendJob('asked', { tenantId: 'acme' })
      console.log((await client.waitForJob(id)).state)
      await client.close()
      await engine.close()`
    const options = ['--conditions=@cgk-platform/source', '--input-type=module', '--eval', script]
    const { stdout } = await promisify(execFile)(process.execPath, options, { timeout: 150_000 })
    expect(stdout.trim()).toBe('completed')
  })
})
