import { describe, expect, test } from 'vitest'

import { readsTypeScript, together } from '../kit/run-node.ts'
import { ask, createSharedFile } from '../kit/shared-file.ts'
import { waitUntil } from '../kit/wait-until.ts'

const handler = (act: string): string => `(_event, { attempt, signal }) => {
  say('attempt', attempt)
  signal.addEventListener('abort', () => say('aborted', signal.reason.code))
  ${act}
}`

describe.runIf(readsTypeScript && process.platform !== 'win32')('a worker without heartbeats', together, () => {
  test('loses its run after the lease if it is paused, and is notified when it continues', async ({
    onTestFinished,
  }) => {
    const { client, start } = createSharedFile(onTestFinished)
    const pause = `process.kill(process.pid, 'SIGSTOP'); return new Promise((resolve) => setTimeout(() => resolve('late'), 50))`
    const paused = start(`await work([job(${handler(pause)})], { lease: 1000 })`)
    const id = await ask(client)
    await paused.says('attempt 1')
    start(`await work([job(${handler(`return 'in time'`)})], { lease: '4s' })`)
    const ended = await client.waitForJob(id)
    expect(ended).toMatchObject({ state: 'completed', runs: [{ attempts: 2, output: 'in time' }] })
    paused.kill('SIGCONT')
    await paused.says('aborted lease_lost')
    expect(await client.getJobStatus(id)).toEqual(ended)
    // It continues as an ordinary worker.
    expect(await client.waitForJob(await ask(client))).toMatchObject({ state: 'completed' })
  })

  test('loses its run after the lease if it blocks its event loop, and its output is dropped', async ({
    onTestFinished,
  }) => {
    const { client, start } = createSharedFile(onTestFinished)
    const blocked = start(
      `await work([job(${handler(`block(attempt === 1 ? 5000 : 0); return attempt`)}, { retry: { maxAttempts: 100 } })], { lease: 1000 })`,
    )
    const other = start(`await work([], { lease: '4s' })`)
    await Promise.all([blocked.says('started'), other.says('started')])
    const id = await ask(client)
    // No other worker has the job, so the same one makes the next attempt.
    const [run] = (await client.waitForJob(id)).runs
    expect(run).toMatchObject({ state: 'completed', output: run!.attempts })
    expect(run!.attempts).toBeGreaterThan(1)
  })

  test('keeps its run if it blocks its event loop for less than the lease', async ({ onTestFinished }) => {
    const { client, start } = createSharedFile(onTestFinished)
    const blocked = start(`await work([job(${handler(`block(2500); return attempt`)})])`)
    const other = start(`await work([job(${handler('return attempt')})], { concurrency: 1 })`)
    await Promise.all([blocked.says('started'), other.says('started')])
    const ids = await Promise.all([ask(client, 'one'), ask(client, 'two'), ask(client, 'three')])
    for (const id of ids) {
      expect(await client.waitForJob(id)).toMatchObject({ runs: [{ attempts: 1, output: 1 }] })
    }
    await waitUntil(() => blocked.lines.length + other.lines.length === 5)
    expect([...blocked.lines, ...other.lines].filter((line) => line.startsWith('aborted'))).toEqual([])
  })
})

describe.runIf(readsTypeScript)('a job that kills its process each time', together, () => {
  test('fails after its attempts and then kills no more workers', async ({ onTestFinished }) => {
    const { client, start } = createSharedFile(onTestFinished)
    const poisoned = `await work([job((_event) => { say('attempt'); die(); return never() })])`
    const id = await ask(client)
    let attempts = 0
    for (; (await client.getJobStatus(id)).state !== 'failed' && attempts < 6; attempts++) {
      const child = start(poisoned)
      await Promise.race([child.ended, waitUntil(async () => (await client.getJobStatus(id)).state === 'failed')])
    }
    const { runs } = await client.getJobStatus(id)
    // The fourth process only reports the failure: that is no attempt.
    expect(runs).toMatchObject([
      { state: 'failed', attempts: 3, maxAttempts: 3, error: { code: 'attempts_exhausted' } },
    ])
    // Three attempts, and a worker that finds no attempt left.
    expect(attempts).toBe(4)
  })

  test('in a step of a workflow also fails, and its completed steps are compensated', async ({ onTestFinished }) => {
    const { client, start } = createSharedFile(onTestFinished)
    const poisoned = `await work([defineWorkflow({ id: 'flow', event: 'analytics.track', steps: async (_event, step) => {
      await step.run('charge', () => 1, { compensate: () => say('refunded') })
      await step.run('crash', () => { die(); return never() })
    } })])`
    const id = await ask(client)
    const isOver = async (): Promise<boolean> => (await client.getJobStatus(id)).state === 'failed'
    let processes = 0
    let last = start(poisoned)
    for (; processes < 8 && !(await isOver()); processes++) {
      if (processes > 0) last = start(poisoned)
      await Promise.race([last.ended, waitUntil(isOver)])
    }
    expect(await client.getJobStatus(id)).toMatchObject({
      state: 'failed',
      runs: [{ error: { code: 'attempts_exhausted' } }],
    })
    await last.says('refunded')
  })

  test.for<[what: string, poisoned: string]>([
    ['in its `onFailure` too', `job(() => { die(); return never() }, { retry: { maxAttempts: 1 }, onFailure: die })`],
    [
      'in a compensation',
      `defineWorkflow({ id: 'flow', event: 'analytics.track', steps: async (_event, step) => {
        await step.run('charge', () => 1, { compensate: () => { die(); return never() } })
        throw new Error('sold out')
      } })`,
    ],
  ])('%s is eventually given up', async ([_, poisoned], { onTestFinished }) => {
    const { client, start } = createSharedFile(onTestFinished)
    const id = await ask(client)
    const isOver = async (): Promise<boolean> => (await client.getJobStatus(id)).state === 'failed'
    let processes = 0
    for (; processes < 12 && !(await isOver()); processes++) {
      await Promise.race([start(`await work([${poisoned}])`).ended, waitUntil(isOver)])
    }
    const { runs } = await client.getJobStatus(id)
    expect(runs).toMatchObject([{ state: 'failed', error: { code: 'attempts_exhausted' } }])
    expect(runs[0]!.attempts).toBe(runs[0]!.maxAttempts)
    expect(processes).toBeLessThan(12)
  })
})
