import { defineJob, defineWorkflow, type JobHooks } from '@cgk-platform/jobs-core'
import { NonRetriableError, realtime, staticSchema, step } from 'inngest'
import { describe, expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'
import { openModel } from '../kit/open-model.ts'

const payload = { tenantId: 'acme', number: 1 }
const progress = realtime.channel({
  name: ({ tenantId }: { tenantId: string }) => `progress:${tenantId}`,
  topics: { state: { schema: staticSchema<{ text: string }>() } },
})

/** Hooks that record what they are called with. */
function recordedHooks(): { hooks: JobHooks; calls: string[] } {
  const calls: string[] = []
  return {
    calls,
    hooks: {
      onAttemptStart: ({ attempt }) => void calls.push(`start ${attempt}`),
      onAttemptEnd: ({ attempt, outcome }) => void calls.push(`end ${attempt}: ${outcome.type}`),
      onRunEnd: ({ outcome }) => void calls.push(`run: ${outcome.type}`),
    },
  }
}

describe("the SDK's `step` in a job", () => {
  test('runs AI steps, waits and publishes; each step completes once, and the attempt is one', async () => {
    const model = await openModel()
    const { hooks, calls } = recordedHooks()
    const worked: string[] = []
    const work = defineJob({
      id: 'work',
      event: 'work.asked',
      async handler({ payload: { tenantId } }) {
        const words = await step.ai.wrap('count', async (text: string) => worked.push(text), 'some words')
        const answer = await step.ai.infer('summarize', {
          model: step.ai.models.openai({ model: 'gpt-4o', apiKey: 'secret', baseUrl: model.url }),
          body: { messages: [{ role: 'user', content: 'Summarize.' }] },
        })
        await step.realtime.publish('tell', progress({ tenantId }).state, { text: 'waiting' })
        await step.sleep('rest', '1h')
        return { words, text: answer.choices[0]?.message.content }
      },
    })
    const { client, engine } = await openJobs({ jobs: [work], hooks, factor: 2000 })
    const { id } = await client.sendJob('work.asked', payload)
    const { state, runs } = await client.waitForJob(id, { timeout: '3h' })
    expect([state, runs[0]!.output]).toEqual(['completed', { words: 1, text: 'A short text.' }])
    expect(worked).toEqual(['some words'])
    expect(model.requests).toEqual([
      {
        authorization: 'Bearer secret',
        body: { model: 'gpt-4o', messages: [{ role: 'user', content: 'Summarize.' }] },
      },
    ])
    expect(engine.published).toEqual([
      { channel: 'progress:acme', topics: ['state'], runId: runs[0]!.id, data: { text: 'waiting' } },
    ])
    expect(calls).toEqual(['start 1', 'end 1: completed', 'run: completed'])
  })

  test('starts one attempt, also for parallel steps', async () => {
    const { hooks, calls } = recordedHooks()
    const work = defineJob({
      id: 'work',
      event: 'work.asked',
      handler: () => Promise.all([1, 2, 3].map((number) => step.run(`work ${number}`, () => number))),
    })
    const { client } = await openJobs({ jobs: [work], hooks })
    const { id } = await client.sendJob('work.asked', payload)
    expect((await client.waitForJob(id)).runs[0]!.output).toEqual([1, 2, 3])
    expect(calls).toEqual(['start 1', 'end 1: completed', 'run: completed'])
  })

  test('waits for a signal, which another job sends', async () => {
    const asked = defineJob({
      id: 'ask',
      event: 'work.asked',
      async handler({ payload: { tenantId, number } }) {
        const signal = `approval:${tenantId}:${number}`
        return step.waitForSignal<{ by: string }>('approval', { signal, timeout: '7d', onConflict: 'fail' })
      },
    })
    const approve = defineJob({
      id: 'approve',
      event: 'work.followed',
      async handler({ payload: { tenantId, number } }) {
        const signal = `approval:${tenantId}:${number}`
        return (await step.sendSignal('approve', { signal, data: { by: 'ada' } })) as object
      },
    })
    const { client, until } = await openJobs({ jobs: [asked, approve] })
    const { id } = await client.sendJob('work.asked', payload)
    await until(async () => (await client.getJobStatus(id)).state === 'running')
    await until(async () => {
      const sent = await client.waitForJob((await client.sendJob('work.followed', payload)).id)
      return (sent.runs[0]!.output as { runId?: string }).runId !== undefined
    })
    const { state, runs } = await client.waitForJob(id)
    expect(state).toBe('completed')
    expect(runs[0]!.output).toEqual({ signal: 'approval:acme:1', data: { by: 'ada' } })
  })

  test('ends when the job is cancelled while it waits', async () => {
    const after: string[] = []
    const work = defineJob({
      id: 'work',
      event: 'work.asked',
      async handler({ payload: { tenantId } }) {
        await step.waitForSignal('approval', { signal: `approval:${tenantId}`, timeout: '7d', onConflict: 'fail' })
        after.push('approved')
      },
    })
    const { client, inngest, until } = await openJobs({ jobs: [work] })
    const { id } = await client.sendJob('work.asked', payload)
    await until(async () => (await client.getJobStatus(id)).state === 'running')
    expect(await client.cancelJob(id)).toMatchObject({ state: 'cancelled' })
    expect(await inngest.sendSignal({ signal: 'approval:acme' })).toEqual({ runId: undefined })
    expect(after).toEqual([])
  })

  test('makes the attempts of a failing step, then fails the job with one call of `onFailure`', async () => {
    const failures: string[] = []
    const { hooks, calls } = recordedHooks()
    let tries = 0
    const work = defineJob({
      id: 'work',
      event: 'work.asked',
      retry: { maxAttempts: 3 },
      handler: () => step.run('charge', () => Promise.reject(new TypeError(`try ${(tries += 1)}`))),
      onFailure: (error) => void failures.push(`${error.name}: ${error.message}`),
    })
    const { client } = await openJobs({ jobs: [work], hooks, factor: 200 })
    const { id } = await client.sendJob('work.asked', payload)
    const { state, runs } = await client.waitForJob(id, { timeout: '1h' })
    expect([state, runs[0]!.error]).toMatchObject(['failed', { name: 'TypeError', message: 'try 3' }])
    expect([tries, failures]).toEqual([3, ['TypeError: try 3']])
    // Inngest counts the attempts of a step like those of the handler.
    expect(calls).toEqual(['start 1', 'start 2', 'start 3', 'end 1: failed', 'run: failed'])
  })

  test('returns the failure of a step to a handler that catches it', async () => {
    const work = defineJob({
      id: 'work',
      event: 'work.asked',
      async handler() {
        try {
          return await step.run('charge', () => Promise.reject(new NonRetriableError('no card')))
        } catch (error) {
          return `instead: ${(error as Error).message}`
        }
      },
    })
    const { client } = await openJobs({ jobs: [work] })
    const { id } = await client.sendJob('work.asked', payload)
    expect((await client.waitForJob(id)).runs[0]).toMatchObject({ state: 'completed', output: 'instead: no card' })
  })

  test('does not count its waits toward the timeout', async () => {
    const failures: unknown[] = []
    const work = defineJob({
      id: 'work',
      event: 'work.asked',
      timeout: '20s',
      retry: { maxAttempts: 1 },
      onFailure: (error) => void failures.push(error),
      async handler() {
        await step.sleep('rest', '10m')
        return 'rested'
      },
    })
    const { client } = await openJobs({ jobs: [work], factor: 200 })
    const { id } = await client.sendJob('work.asked', payload)
    const { state, runs } = await client.waitForJob(id, { timeout: '1h' })
    expect([state, runs[0]!.output, failures]).toEqual(['completed', 'rested', []])
  })

  test('starts over in a run that `retryJob` adds', async () => {
    const worked: string[] = []
    const work = defineJob({
      id: 'work',
      event: 'work.asked',
      retry: { maxAttempts: 1 },
      async handler() {
        await step.run('first', () => void worked.push('first'))
        if (worked.length === 1) throw new Error('broken')
      },
    })
    const { client } = await openJobs({ jobs: [work] })
    const { id } = await client.sendJob('work.asked', payload)
    expect(await client.waitForJob(id)).toMatchObject({ state: 'failed' })
    await client.retryJob(id)
    expect(await client.waitForJob(id)).toMatchObject({ state: 'completed' })
    expect(worked).toEqual(['first', 'first'])
  })
})

describe("the SDK's `step` in a workflow", () => {
  test.each<[string, () => Promise<unknown>]>([
    ['step.run', () => step.run('work', () => 1)],
    ['step.ai.wrap', () => step.ai.wrap('work', () => 1)],
  ])('is refused: `%s`', async (_, work) => {
    const flow = defineWorkflow({ id: 'flow', event: 'work.asked', steps: work })
    const { client } = await openJobs({ jobs: [flow] })
    const { id } = await client.sendJob('work.asked', payload)
    const { state, runs } = await client.waitForJob(id)
    expect(state).toBe('failed')
    expect(runs[0]).toMatchObject({
      attempts: 1,
      error: {
        name: 'UnsupportedFeatureError',
        message:
          "`inngest` does not support `the step tools of its SDK in a workflow`. Use the workflow's own `step`. " +
          'For a feature that only Inngest has, use `step.runJob` and its `step` in that job.',
      },
    })
  })

  test('is not needed to publish: the client publishes in a step of the workflow', async () => {
    const opened = await openJobs({ synced: false })
    const flow = defineWorkflow({
      id: 'flow',
      event: 'work.asked',
      steps: ({ payload: { tenantId } }, own) =>
        own.run('tell', () => opened.inngest.realtime.publish(progress({ tenantId }).state, { text: 'done' })),
    })
    const { client } = await opened.openApp({ jobs: [flow] })
    const { id } = await client.sendJob('work.asked', payload)
    const { runs } = await client.waitForJob(id)
    expect(opened.engine.published).toEqual([
      { channel: 'progress:acme', topics: ['state'], runId: runs[0]!.id, data: { text: 'done' } },
    ])
  })
})

test('one handler of several events shares a concurrency limit', async () => {
  const running = { now: 0, most: 0 }
  const jobs = (['work.asked', 'work.followed'] as const).map((event) =>
    defineJob({
      id: `sync-${event}`,
      event,
      providerOptions: { inngest: { concurrency: { limit: 1, scope: 'env', key: '"sync"' } } },
      async handler() {
        running.most = Math.max(running.most, (running.now += 1))
        await new Promise((resolve) => void setTimeout(resolve, 20))
        running.now -= 1
      },
    }),
  )
  const { client } = await openJobs({ jobs })
  const sent = await client.sendJobs([
    { event: 'work.asked', payload },
    { event: 'work.followed', payload },
    { event: 'work.asked', payload },
  ])
  for (const one of sent) if (one.ok) await client.waitForJob(one.job.id)
  expect(running).toEqual({ now: 0, most: 1 })
})
