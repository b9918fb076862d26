import { AsyncLocalStorage } from 'node:async_hooks'

import { defineCronJob, defineJob, getJobClient, type JobClient } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { createLocalProvider } from '../../src/provider/local-provider.ts'
import { createTestEngine } from '../../src/testing/index.ts'
import { failUntil } from '../kit/fail-until.ts'
import { readsTypeScript, runModule, together } from '../kit/run-node.ts'

/** The user of the current request, as an app stores it. */
const request = new AsyncLocalStorage<string>()
const tenants = ['acme', 'globex', 'initech']

/** Defines a job that records the request that each of its attempts sees. */
function observer(options: { concurrency?: number; failing?: boolean } = {}) {
  const seen: [tenantId: string, request: string | undefined][] = []
  const job = defineJob({
    id: 'observe',
    event: 'work.requested',
    retry: { maxAttempts: 2, backoff: 'fixed', initialDelay: 1000 },
    ...(options.concurrency && { concurrency: options.concurrency }),
    handler: async (_event, { tenantId, attempt }) => {
      seen.push([tenantId, request.getStore()])
      await new Promise((resolve) => setImmediate(resolve))
      if (options.failing && attempt === 1) throw new Error('once')
    },
  })
  return { job, seen }
}
const none = (...ids: string[]) => ids.map((tenantId) => [tenantId, undefined])

describe('a handler never sees the async context of a request', () => {
  test('when jobs of several requests wait for one slot', async () => {
    const { job, seen } = observer({ concurrency: 1 })
    const engine = createTestEngine({ jobs: [job] })
    await Promise.all(
      tenants.map((tenantId) => request.run(tenantId, () => engine.client.sendJob('work.requested', { tenantId }))),
    )
    await engine.settle()
    expect(seen).toEqual(none(...tenants))
  })

  test('or one that another handler has entered', async () => {
    const seen: (string | undefined)[] = []
    const job = defineJob({
      id: 'enter',
      event: 'work.requested',
      handler: (_event, { tenantId }) => {
        seen.push(request.getStore())
        request.enterWith(tenantId)
      },
    })
    const engine = createTestEngine({ jobs: [job], hooks: { onAttemptEnd: () => seen.push(request.getStore()) } })
    await engine.client.sendJobs(tenants.map((tenantId) => ({ event: 'work.requested', payload: { tenantId } })))
    await engine.settle()
    expect(seen).toEqual(Array.from({ length: 6 }, () => undefined))
    expect(request.getStore()).toBeUndefined()
  })

  test('when an attempt is retried, or another request retries the job', async () => {
    const { job, seen } = observer({ failing: true })
    const engine = createTestEngine({ jobs: [job] })
    const [tenantId] = tenants as [string]
    const { id } = await request.run(tenantId, () =>
      engine.client.sendJob('work.requested', { tenantId }, { maxAttempts: 1 }),
    )
    await engine.runUntilIdle()
    await request.run('globex', () => engine.client.retryJob(id))
    await engine.runUntilIdle()
    await request.run('globex', () => engine.client.sendJob('work.requested', { tenantId: 'globex' }))
    await engine.runUntilIdle()
    expect(seen).toEqual(none('acme', 'acme', 'globex', 'globex'))
  })

  test('when a cancel in another request frees a slot', async () => {
    const seen: unknown[] = []
    const job = defineJob({
      id: 'observe',
      event: 'work.requested',
      concurrency: 1,
      handler: (_event, { tenantId, signal }) => {
        seen.push([tenantId, request.getStore()])
        if (tenantId !== 'acme') return
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
      },
    })
    const engine = createTestEngine({ jobs: [job], maxRealWaitMs: 5 })
    const { id } = await engine.client.sendJob('work.requested', { tenantId: 'acme' })
    await engine.client.sendJob('work.requested', { tenantId: 'globex' })
    await engine.settle()
    await request.run('acme', () => engine.client.cancelJob(id))
    await engine.settle()
    expect(seen).toEqual(none('acme', 'globex'))
  })

  test('nor do the hooks of its attempts', async () => {
    const { job } = observer()
    const seen: unknown[] = []
    const see = (): void => void seen.push(request.getStore())
    const engine = createTestEngine({ jobs: [job], hooks: { onAttemptStart: see, onAttemptEnd: see, onRunEnd: see } })
    await request.run('acme', () => engine.client.sendJob('work.requested', { tenantId: 'acme' }))
    await engine.settle()
    expect(seen).toEqual([undefined, undefined, undefined])
  })

  test('nor does a cron job that was defined in a request', async () => {
    const seen: unknown[] = []
    const handler = (): void => void seen.push(request.getStore())
    const engine = createTestEngine()
    await request.run('acme', async () => {
      defineCronJob({ id: 'every-minute', schedule: '* * * * *', handler })
      await engine.advance('2m')
    })
    expect(seen).toEqual([undefined, undefined])
  })
})

test('`onFailure`, `tenants` and a cron handler send through the engine that runs them', async () => {
  const clients: unknown[] = []
  const note = (): void => void clients.push(getJobClient())
  const job = defineJob({
    id: 'fails',
    event: 'work.requested',
    retry: { maxAttempts: 1 },
    handler: failUntil(99),
    onFailure: note,
  })
  const cron = defineCronJob({
    id: 'cron',
    schedule: '* * * * *',
    tenants: () => {
      note()
      return ['acme']
    },
    handler: note,
  })
  const engine = createTestEngine({ jobs: [job, cron] })
  await engine.client.sendJob('work.requested', { tenantId: 'acme' })
  await engine.advance('1m')
  expect(clients).toEqual([engine.client, engine.client, engine.client])
})

describe('on the system clock', () => {
  const createProcessClient = (job: ReturnType<typeof observer>['job']): JobClient => {
    const provider = createLocalProvider()
    return createClient({ load: () => provider }, { jobs: [job], logger: createRecordedLogger() })
  }

  test('a delayed job sees no request, even if a request set the timer', async () => {
    const { job, seen } = observer()
    const client = createProcessClient(job)
    // Each send reschedules the timer, which was set in the previous request.
    const handles = await Promise.all(
      [60, 40, 20].map((delay, index) => {
        const tenantId = tenants[index]!
        return request.run(tenantId, () => client.scheduleJob('work.requested', { tenantId }, { delay }))
      }),
    )
    await Promise.all(handles.map(({ id }) => client.waitForJob(id)))
    // Sorted, because a busy machine may swap delays that are so close.
    expect(seen.toSorted(([one], [other]) => String(one).localeCompare(String(other)))).toEqual(
      none('acme', 'globex', 'initech'),
    )
    await client.close()
  })
})

/** Turns off what Node 24 has for async contexts, to test the way of older versions. */
const olderContext = process.allowedNodeEnvironmentFlags.has('--async-context-frame') ? '--no-async-context-frame' : ''

describe.runIf(readsTypeScript)('the facade', together, () => {
  test.each([
    ['of this version of Node', []],
    ['of older ones', [olderContext].filter(Boolean)],
  ])(
    'loads the engine in the first request, and no job sees that request or another job (context %s)',
    async (_of, flags) => {
      const ended = await runModule(
        `
      import { AsyncLocalStorage } from 'node:async_hooks'
      import { createJobClient, defineJob } from '@cgk-platform/jobs'
      const request = new AsyncLocalStorage()
      defineJob({ id: 'observe', event: 'order.created', handler: (_event, { tenantId }) => {
        console.log(tenantId, request.getStore())
        request.enterWith('job of ' + tenantId)
      } })
      const client = createJobClient({ provider: 'local' })
      for (const tenantId of ['acme', 'globex']) {
        for (const options of [{}, { delay: 1 }]) {
          const { id } = await request.run(tenantId, () => client.sendJob('order.created', { tenantId, orderId: 'o' }, options))
          await client.waitForJob(id)
        }
      }
      await client.close()
      `,
        { folder: '../../examples/storefront', flags },
      )
      expect(ended).toMatchObject({ code: 0, killed: false, stderr: '' })
      expect(ended.stdout.trim().split('\n')).toEqual(
        ['acme', 'acme', 'globex', 'globex'].map((tenantId) => `${tenantId} undefined`),
      )
    },
  )
})
