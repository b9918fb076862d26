import { defineJob } from '@cgk-platform/jobs-core'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import { describe, expect, test } from 'vitest'

import '../../src/index.ts'
import type { InngestOptions } from '../../src/provider-options.ts'
import { openJobs } from '../kit/open-jobs.ts'

const payload = { tenantId: 'acme', number: 1 }

function work(inngest: InngestOptions, handler: () => unknown = () => 'done') {
  return defineJob({ id: 'work', event: 'work.asked', handler, providerOptions: { inngest } })
}

/** Returns the function that the engine has registered. */
async function registered(inngest: InngestOptions): Promise<Record<string, unknown>> {
  const { engine, app } = await openJobs({ jobs: [work(inngest)], synced: false })
  let body = ''
  engine.intercept((request) => {
    if (request.path.startsWith('/fn/register')) body = request.body
    return undefined
  })
  await engine.sync(app.url)
  const { functions } = JSON.parse(body) as { functions: Record<string, unknown>[] }
  return functions.find(({ id }) => id === 'jobs-work')!
}

describe('`providerOptions.inngest` of a definition', () => {
  test.each<[string, InngestOptions, unknown]>([
    ['throttle', { throttle: { limit: 1, period: '5s', key: 'event.data.tenantId' } }, { limit: 1, period: '5s' }],
    [
      'concurrency',
      { concurrency: { limit: 2, key: 'event.data.tenantId' } },
      { limit: 2, key: 'event.data.tenantId' },
    ],
    ['name', { name: 'The work' }, 'The work'],
  ])('passes `%s` to the engine unchanged', async (option, inngest, expected) => {
    const { [option]: registeredOption, ...rest } = await registered(inngest)
    if (typeof expected === 'string') expect(registeredOption).toBe(expected)
    else expect(registeredOption).toMatchObject(expected as object)
    // The definition's own settings are still there.
    expect(rest).toMatchObject({
      triggers: [{ event: 'work.asked' }, {}],
      steps: { step: { retries: { attempts: 2 } } },
    })
  })

  test('passes `cancelOn` to the engine, which cancels', async () => {
    const handled: unknown[] = []
    const cancelOn = [{ event: 'work.followed', if: 'async.data.number == event.data.number' }]
    const jobs = [work({ cancelOn }, () => void handled.push('work'))]
    const { client, until } = await openJobs({ jobs })
    const { id } = await client.sendJob('work.asked', payload, { delay: '1h' })
    await until(async () => (await client.getJobStatus(id)).runs.length === 1)
    await client.sendJob('work.followed', { tenantId: 'acme', number: 2 })
    await client.sendJob('work.followed', { tenantId: 'acme', number: 1 })
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'cancelled' })
    expect(handled).toEqual([])
  })

  test('limits concurrent runs with the same key, and not those with other keys', async () => {
    const running: number[] = []
    const deferred = createDeferred()
    const job = defineJob({
      id: 'work',
      event: 'work.asked',
      providerOptions: { inngest: { concurrency: { limit: 1, key: 'event.data.data' } } },
      async handler({ payload: { number } }) {
        running.push(number!)
        await deferred.promise
      },
    })
    const { client, until, pause } = await openJobs({ jobs: [job] })
    const ids: string[] = []
    for (const [number, data] of [
      [1, 'a'],
      [2, 'a'],
      [3, 'b'],
    ] as const) {
      ids.push((await client.sendJob('work.asked', { tenantId: 'acme', number, data })).id)
      await until(async () => (await client.getJobStatus(ids.at(-1)!)).runs.length === 1)
    }
    await until(() => running.length === 2)
    await pause(2000)
    expect(running).toEqual([1, 3])
    await expect(client.getJobStatus(ids[1]!)).resolves.toMatchObject({ state: 'queued' })
    deferred.resolve()
    for (const id of ids) await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'completed' })
    expect(running).toEqual([1, 3, 2])
  })
})
