import { describe, expect, test } from 'vitest'

import { readsTypeScript, together } from '../kit/run-node.ts'
import { ask, createSharedFile } from '../kit/shared-file.ts'
import { waitUntil } from '../kit/wait-until.ts'

/** Code that sets the clock of a process, which then advances from there. */
const setClock = (offset: string): string => `
  const realNow = Date.now
  const setClock = (ms) => { Date.now = () => realNow() + ms }
  setClock(${offset})
`

describe.runIf(readsTypeScript)('processes on one file', together, () => {
  test('run each tick of a cron job once', async ({ onTestFinished }) => {
    const { client, start } = createSharedFile(onTestFinished)
    // The workers reach the end of the same minute at different moments.
    const minute = Math.ceil(Date.now() / 60_000) * 60_000
    const cron = `${setClock(`${minute} - 2500 - Date.now()`)}
      setTimeout(() => say('passed'), 4500)
      await work([defineCronJob({ id: 'cron', schedule: '* * * * *', handler: ({ scheduledAt }) => say('tick', scheduledAt.getTime()) })])`
    const workers = [1, 2, 3].map(() => start(cron))
    await Promise.all(workers.map((worker) => worker.says('passed')))
    const ticks = (): string[] => workers.flatMap(({ lines }) => lines.filter((line) => line.startsWith('tick')))
    await waitUntil(() => ticks().length > 0)
    expect(ticks()).toEqual([`tick ${minute}`])
    expect((await client.listJobs({ limit: 10 })).jobs).toHaveLength(1)
  })

  test('enforce a limit per tenant together', async ({ onTestFinished }) => {
    const { client, start } = createSharedFile(onTestFinished)
    const limited = `await work([job(async ({ payload: { tenantId } }) => {
      say('+', tenantId, Number(process.hrtime.bigint()))
      await new Promise((resolve) => setTimeout(resolve, 100))
      say('-', tenantId, Number(process.hrtime.bigint()))
    }, { concurrency: { perTenant: 2 } })], { concurrency: 2 })`
    const workers = [1, 2].map(() => start(limited))
    await Promise.all(workers.map((worker) => worker.says('started')))
    const ids = await Promise.all(
      Array.from({ length: 20 }, (_, index) => ask(client, String(index), index % 2 ? 'acme' : 'globex')),
    )
    for (const id of ids) await client.waitForJob(id)
    const said = (): string[][] => workers.flatMap(({ lines }) => lines.slice(1).map((line) => line.split(' ')))
    await waitUntil(() => said().length === 40)
    const steps = said().toSorted(([, , one], [, , other]) => Number(one) - Number(other))
    const running = new Map<string, number>()
    let max = 0
    for (const [sign, tenant] of steps) {
      running.set(tenant!, (running.get(tenant!) ?? 0) + (sign === '+' ? 1 : -1))
      max = Math.max(max, running.get(tenant!)!)
    }
    expect(max).toBe(2)
    expect(workers.every(({ lines }) => lines.length > 1)).toBe(true)
  })

  test('can cancel handlers of each other', async ({ onTestFinished }) => {
    const { client, start } = createSharedFile(onTestFinished)
    const worker = start(`await work([job((_event, { signal }) => {
      say('running')
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => (say('aborted', signal.reason.code), reject(signal.reason))))
    })])`)
    const id = await ask(client)
    await worker.says('running')
    expect((await client.cancelJob(id)).state).toBe('cancelled')
    await worker.says('aborted job_cancelled')
    expect((await client.waitForJob(id)).state).toBe('cancelled')
  })

  test('with clocks an hour apart do not take over runs of each other, and run due jobs', async ({
    onTestFinished,
  }) => {
    const { client, start } = createSharedFile(onTestFinished)
    const worker = (offset: string): string => `${setClock(offset)}
      await work([job(async ({ payload }, { attempt }) => {
        await new Promise((resolve) => setTimeout(resolve, 2500))
        say('done', payload.event, attempt)
      }, { concurrency: 1 })], { lease: '8s', concurrency: 1 })`
    const workers = [start(worker('3_600_000')), start(worker('-3_600_000'))]
    await Promise.all(workers.map((one) => one.says('started')))
    const ids = await Promise.all([ask(client, 'one'), ask(client, 'two')])
    for (const id of ids) {
      expect(await client.waitForJob(id)).toMatchObject({
        state: 'completed',
        runs: [{ attempts: 1 }],
      })
    }
  })

  test('lose and repeat nothing when their clock is set forward and back by an hour', async ({ onTestFinished }) => {
    const { client, start } = createSharedFile(onTestFinished)
    const worker = start(`${setClock('0')}
      const jump = { forward: 3_600_000, back: -3_600_000, now: 0 }
      await work([job(async ({ payload: { event } }) => {
        say('begun', event)
        if (event in jump) setClock(jump[event])
        await new Promise((resolve) => setTimeout(resolve, 2500))
        return event
      })], { lease: '8s' })`)
    const other = start(`await work([], { lease: '8s' })`)
    await Promise.all([worker.says('started'), other.says('started')])
    const runAt = new Date(Date.now() + 3_000_000)
    const delayed = await client.sendJob('analytics.track', { tenantId: 'acme', event: 'later' }, { runAt })
    const retention = [await ask(client, 'first')]
    for (const event of ['forward', 'back', 'now']) {
      const id = await ask(client, event)
      expect(await client.waitForJob(id)).toMatchObject({ runs: [{ attempts: 1, output: event }] })
      retention.push(id)
    }
    // The job came due while the clock was an hour ahead.
    expect(await client.waitForJob(delayed.id)).toMatchObject({ runs: [{ attempts: 1 }] })
    for (const id of retention) expect((await client.getJobStatus(id)).state).toBe('completed')
    expect(new Set(worker.lines).size).toBe(worker.lines.length)
  })
})
