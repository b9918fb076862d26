import { describe, expect, test } from 'vitest'

import { readsTypeScript, runModule, together } from '../kit/run-node.ts'

const client = `
  import { createJobClient, defineCronJob, defineJob } from '@cgk-platform/jobs-local'
  const block = (ms) => { for (const until = performance.now() + ms; performance.now() < until; ); }
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  const payload = (number) => ({ tenantId: 'acme', event: String(number) })
  const settled = async (promise) => (await promise).runs.map(({ state, error }) => error?.code ?? state).join()
`

describe.runIf(readsTypeScript)('a handler that blocks the event loop', together, () => {
  test('delays other handlers and loses no job', async () => {
    const ended = await runModule(`${client}
      const order = []
      const later = []
      const job = defineJob({ id: 'work', event: 'analytics.track', handler: async ({ payload: { event } }) => {
        order.push(event)
        if (event !== '0') return
        const sends = [50, 100].map((delay, at) => client.sendJob('analytics.track', payload(at + 1), { delay }))
        later.push(...(await Promise.all(sends)))
        block(300)
      } })
      const client = createJobClient({ jobs: [job], logger })
      const { id } = await client.sendJob('analytics.track', payload(0))
      console.log(await settled(client.waitForJob(id)))
      for (const { id } of later) console.log(await settled(client.waitForJob(id)))
      console.log(order.join())
    `)
    expect(ended).toEqual({ code: 0, killed: false, stdout: 'completed\ncompleted\ncompleted\n0,1,2\n', stderr: '' })
  })

  test.each([0, 20])(
    'is cancelled by a timer that came due while it blocked, although it returned (begun after %d ms)',
    async (delay) => {
      const ended = await runModule(`${client}
      const job = defineJob({ id: 'work', event: 'analytics.track', handler: (_event, { jobId }) => {
        setTimeout(() => client.cancelJob(jobId).then(({ state }) => console.log('answered', state)), 1)
        block(50)
        return 'done'
      } })
      const client = createJobClient({ jobs: [job], logger })
      const { id } = await client.sendJob('analytics.track', payload(1), { delay: ${delay} })
      console.log('ended', (await client.waitForJob(id)).state)
    `)
      expect(ended.code).toBe(0)
      expect(ended.stdout.trim().split('\n').toSorted()).toEqual(['answered cancelled', 'ended cancelled'])
    },
  )

  test('past its timeout completes or times out, and the engine continues', async () => {
    const ended = await runModule(`${client}
      const slow = defineJob({ id: 'slow', event: 'analytics.track', timeout: 50, retry: { maxAttempts: 1 }, handler: async () => {
        block(150)
        await new Promise((resolve) => setTimeout(resolve, 1))
        return 'done'
      } })
      const quick = defineJob({ id: 'quick', event: 'analytics.page_view', handler: () => 'done' })
      const client = createJobClient({ jobs: [slow, quick], logger })
      const { id } = await client.sendJob('analytics.track', payload(1))
      console.log(await settled(client.waitForJob(id)))
      const next = await client.sendJob('analytics.page_view', { tenantId: 'acme', url: '/' })
      console.log(await settled(client.waitForJob(next.id)))
    `)
    expect(ended).toEqual({ code: 0, killed: false, stdout: 'job_timeout\ncompleted\n', stderr: '' })
  })

  test('does not keep the engine from closing eventually', async () => {
    const ended = await runModule(`${client}
      const job = defineJob({ id: 'work', event: 'analytics.track', handler: async () => {
        for (;;) { block(20); await new Promise(setImmediate) }
      } })
      const client = createJobClient({ jobs: [job], logger })
      await client.sendJob('analytics.track', payload(1))
      await client.close({ timeout: 200 })
      console.log('closed')
      process.exit()
    `)
    expect(ended).toEqual({ code: 0, killed: false, stdout: 'closed\n', stderr: '' })
  })
})

describe.runIf(readsTypeScript)('faulty app code', together, () => {
  test('never ends the process by an unhandled rejection', async () => {
    const ended = await runModule(`${client}
      const fail = (words) => { throw new Error(words) }
      const late = (words) => new Promise((_resolve, reject) => setTimeout(() => reject(new Error(words)), 60))
      const once = { maxAttempts: 1 }
      const jobs = [
        defineJob({ id: 'throws', event: 'analytics.track', retry: once, handler: () => fail('handler'), onFailure: () => fail('onFailure') }),
        defineJob({ id: 'rejects-late', event: 'analytics.track', retry: once, timeout: 20, handler: () => late('late') }),
        defineJob({ id: 'returns-rubbish', event: 'analytics.track', handler: () => () => undefined }),
        defineJob({ id: 'throws-nothing', event: 'analytics.track', retry: once, handler: () => { throw undefined }, onFailure: () => late('onFailure') }),
        defineJob({ id: 'cancels-itself', event: 'analytics.page_view', handler: async (_event, { jobId }) => {
          await client.cancelJob(jobId)
          await late('after the cancel')
        } }),
        defineCronJob({ id: 'cron', schedule: '* * * * *', tenants: () => fail('tenants'), handler: () => fail('cron') }),
      ]
      const throwing = { debug: () => fail('log'), info: () => fail('log'), warn: () => fail('log'), error: () => fail('log') }
      const hooks = { onSend: () => fail('hook'), onAttemptStart: () => late('hook'), onAttemptEnd: () => late('hook'), onRunEnd: () => fail('hook') }
      const client = createJobClient({ jobs, hooks, logger: throwing })
      const track = await client.sendJob('analytics.track', payload(1))
      const view = await client.sendJob('analytics.page_view', { tenantId: 'acme', url: '/' })
      console.log((await client.waitForJob(track.id)).state, (await client.waitForJob(view.id)).state)
      await client.sendJob('analytics.track', payload(2))
      await client.close({ timeout: 5 })
      await new Promise((resolve) => setTimeout(resolve, 150))
      console.log('alive')
    `)
    expect(ended).toEqual({ code: 0, killed: false, stdout: 'failed cancelled\nalive\n', stderr: '' })
  })
})
