import { defineJob, defineWorkflow } from '@cgk-platform/jobs-core'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { createJumpingEngine, type JumpingEngine } from '../kit/jumping-engine.ts'
import { createTestFile } from '../kit/test-file.ts'

const tenantId = 'acme'
const startAt = new Date('2026-03-02T08:30:00Z')
const hourMs = 3_600_000

/** Defines jobs that note the elapsed time of each attempt in seconds. */
function createNotes(engine: () => JumpingEngine) {
  const notes: string[] = []
  const note = (what: string): void => void notes.push(`${what} after ${engine().elapsedMs() / 1000} s`)
  const job = defineJob({
    id: 'work',
    event: 'work.requested',
    retry: { maxAttempts: 2, backoff: 'fixed', initialDelay: 3000 },
    handler: ({ payload }, { attempt }) => {
      note(`job ${payload.number}/${attempt}`)
      if (payload.number === 1 && attempt === 1) throw new Error('once')
    },
  })
  const workflow = defineWorkflow({
    id: 'flow',
    event: 'work.followed',
    steps: async (_event, step) => {
      await step.sleep('sleep', '5s')
      await step.run('slept', () => note('sleep'))
      await step.sleepUntil('until', new Date(startAt.getTime() + 1.5 * hourMs))
      await step.run('past', () => note('sleepUntil'))
    },
  })
  return { notes, jobs: [job, workflow] }
}

async function send({ client }: JumpingEngine): Promise<void> {
  await client.sendJob('work.requested', { tenantId, number: 1 })
  await client.sendJob('work.followed', { tenantId })
  await client.scheduleJob('work.requested', { tenantId, number: 2 }, { delay: '20s' })
  await client.scheduleJob('work.requested', { tenantId, number: 3 }, { runAt: new Date(startAt.getTime() + hourMs) })
}

const soon = ['job 1/1 after 0 s', 'job 1/2 after 3 s', 'sleep after 5 s', 'job 2/1 after 20 s']

describe.each(['memory', 'sqlite'] as const)('after the wall clock is set (%s)', (store) => {
  const configOf = () => (store === 'memory' ? {} : { path: createTestFile().path })

  test.each([
    ['back', -2, [...soon, 'job 3/1 after 10800 s', 'sleepUntil after 12600 s']],
    ['forward', 2, ['job 1/1 after 0 s', 'job 3/1 after 2 s', 'sleepUntil after 5 s', ...soon.slice(1)]],
  ] as const)(
    'delays, retries and sleeps take their time, and dates follow it: two hours %s',
    async (_, hours, expected) => {
      const { notes, jobs } = createNotes(() => engine)
      const engine = createJumpingEngine({ startAt, jobs, config: configOf() })
      await send(engine)
      await engine.advance(1000)
      engine.jump(hours * hourMs)
      await engine.advance(1000)
      await engine.client.sendJob('work.ignored', { tenantId }) // lets the engine look at its clock
      await engine.advance(4 * hourMs)
      expect(notes.toSorted()).toEqual([...expected].toSorted())
      await engine.client.close()
    },
  )

  test('a sleep beside a running step takes its time', async () => {
    const notes: number[] = []
    const ending = createDeferred()
    const workflow = defineWorkflow({
      id: 'beside',
      event: 'work.followed',
      steps: (_event, step) =>
        Promise.all([
          step.run('long', () => ending.promise),
          step.sleep('sleep', '5s').then(() => notes.push(engine.elapsedMs())),
        ]),
    })
    const engine = createJumpingEngine({ startAt, jobs: [workflow], config: configOf() })
    await engine.client.sendJob('work.followed', { tenantId })
    await engine.advance(1000)
    engine.jump(-2 * hourMs)
    await engine.advance(10_000)
    expect(notes).toEqual([5000])
    ending.resolve()
    await engine.client.close()
  })

  test.each([-2, 2])('a wait for a job takes its time: by %i hours', async (hours) => {
    const engine = createJumpingEngine({ startAt, jobs: [], config: configOf() })
    const { id } = await engine.client.sendJob('work.ignored', { tenantId }, { delay: '10h' })
    const endedAt = engine.client.waitForJob(id, { timeout: '10s' }).catch(() => engine.elapsedMs())
    await engine.advance(1000)
    engine.jump(hours * hourMs)
    await engine.advance(60_000)
    expect(await endedAt).toBe(10_000)
    await engine.client.close()
  })

  test('the status tells the new times', async () => {
    const { jobs } = createNotes(() => engine)
    const engine = createJumpingEngine({ startAt, jobs, config: configOf() })
    const retried = await engine.client.sendJob('work.requested', { tenantId, number: 1 })
    const delayed = await engine.client.sendJob('work.requested', { tenantId, number: 2 }, { delay: '20s' })
    await engine.advance(1000)
    engine.jump(2 * hourMs)
    await engine.client.sendJob('work.requested', { tenantId, number: 4 })
    await engine.advance(0)
    const at = (seconds: number): Date => new Date(startAt.getTime() + 2 * hourMs + seconds * 1000)
    expect(await engine.client.getJobStatus(retried.id)).toMatchObject({ runs: [{ nextAttemptAt: at(3) }] })
    expect(await engine.client.getJobStatus(delayed.id)).toMatchObject({ scheduledFor: at(20) })
    await engine.client.close()
  })
})
