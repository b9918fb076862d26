import { defineJob, defineWorkflow, type JobStatus } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'
import { createJumpingEngine } from '../kit/jumping-engine.ts'
import { createTestFile } from '../kit/test-file.ts'

const tenantId = 'acme'
const hourMs = 3_600_000

describe.each(['memory', 'sqlite'] as const)('debounced jobs (%s)', (store) => {
  const configOf = () => (store === 'memory' ? { store } : { store, path: createTestFile().path })
  const stateOf = ({ state, runs }: JobStatus) => [state, runs[0]?.supersededBy]

  test.each([
    ['back', -2 * hourMs],
    ['forward', 2 * hourMs],
  ])('take their time if the wall clock is set %s, and `maxWait` too', async (_, byMs) => {
    const started: [word: unknown, elapsedMs: number][] = []
    const work = defineJob({
      id: 'work',
      event: 'work.requested',
      debounce: { period: '10s', maxWait: '15s' },
      runTimeout: '30s',
      handler: ({ payload }) => void started.push([payload.number, engine.elapsedMs()]),
    })
    const engine = createJumpingEngine({ startAt: new Date('2026-03-02T08:30:00Z'), jobs: [work], config: configOf() })
    const send = (number: number) => engine.client.sendJob('work.requested', { tenantId, number })
    await send(1)
    await engine.advance(4000)
    engine.jump(byMs)
    await engine.advance(4000)
    const last = await send(2)
    await engine.advance(1000)
    engine.jump(byMs)
    await engine.advance(20_000)
    expect(started).toEqual([[2, 15_000]])
    expect((await engine.client.getJobStatus(last.id)).state).toBe('completed')
    await engine.client.close()
  })

  test('have their `runTimeout` from the end of the quiet period', async () => {
    const work = defineJob({
      id: 'work',
      event: 'work.requested',
      debounce: { period: '1h' },
      runTimeout: '1m',
      handler: () => 'in time',
    })
    const engine = createTestEngine({ jobs: [work], config: configOf() })
    const { id } = await engine.client.sendJob('work.requested', { tenantId })
    await engine.runUntilIdle()
    expect(await engine.client.getJobStatus(id)).toMatchObject({ state: 'completed', runs: [{ output: 'in time' }] })
    await engine.close()
  })

  test('that wait for a slot after their quiet period are not superseded, and then run one by one', async () => {
    const work = defineJob({
      id: 'work',
      event: 'work.requested',
      concurrency: 1,
      debounce: { period: '1s' },
      handler: ({ payload }) => new Promise((resolve) => setTimeout(resolve, payload.number)),
    })
    const engine = createTestEngine({ jobs: [work], config: configOf() })
    const ids: string[] = []
    for (const number of [1, 2, 3]) {
      ids.push((await engine.client.sendJob('work.requested', { tenantId, number })).id)
      await engine.advance('1s')
    }
    await engine.runUntilIdle()
    const states = await Promise.all(ids.map(async (id) => (await engine.client.getJobStatus(id)).state))
    expect(states).toEqual(['completed', 'completed', 'completed'])
    await engine.close()
  })

  test('that were superseded end a `waitForJob` and have no `nextAttemptAt`', async () => {
    const work = defineJob({
      id: 'work',
      event: 'work.requested',
      debounce: { period: '1s' },
      handler: () => undefined,
    })
    const engine = createTestEngine({ jobs: [work], config: configOf() })
    const send = () => engine.client.sendJob('work.requested', { tenantId })
    const first = await send()
    await engine.settle()
    const ended = engine.client.waitForJob(first.id)
    const last = await send()
    expect(stateOf(await ended)).toEqual(['superseded', last.id])
    expect((await engine.client.getJobStatus(last.id)).runs).toEqual([
      expect.not.objectContaining({ nextAttemptAt: expect.anything() as unknown }),
    ])
    await engine.close()
  })

  test('fail the `step.runJob` that awaits them, and name the job that runs instead', async () => {
    const work = defineJob({ id: 'work', event: 'work.followed', debounce: { period: '1m' }, handler: () => 'done' })
    const flow = defineWorkflow({
      id: 'flow',
      event: 'work.requested',
      steps: (_event, step) => step.runJob('work', work, {}),
    })
    const engine = createTestEngine({ jobs: [work, flow], config: configOf() })
    const { id } = await engine.client.sendJob('work.requested', { tenantId })
    await engine.advance('1s')
    const last = await engine.client.sendJob('work.followed', { tenantId })
    await engine.runUntilIdle()
    const { state, runs } = await engine.client.getJobStatus(id)
    const { cause } = runs[0]?.error ?? {}
    expect([state, cause?.code]).toEqual(['failed', 'job_superseded'])
    expect(cause?.message).toContain(`\`${last.id}\` runs instead`)
    await engine.close()
  })

  test('have no run while their definition is disabled', async () => {
    const options = { id: 'work', event: 'work.requested', debounce: { period: '1s' }, handler: () => 'ran' } as const
    const engine = createTestEngine({ jobs: [defineJob({ ...options, enabled: false })], config: configOf() })
    const { id } = await engine.client.sendJob('work.requested', { tenantId })
    await engine.runUntilIdle()
    expect(await engine.client.getJobStatus(id)).toMatchObject({ state: 'unhandled', runs: [] })
    await engine.close()
  })

  test('can be workflows', async () => {
    const flow = defineWorkflow({
      id: 'flow',
      event: 'work.requested',
      debounce: { period: '1s', key: 'data.item' },
      steps: (_event, step) => step.run('one', () => 1),
    })
    const engine = createTestEngine({ jobs: [flow], config: configOf() })
    const first = await engine.client.sendJob('work.requested', { tenantId, data: { item: 'a' } })
    const last = await engine.client.sendJob('work.requested', { tenantId, data: { item: 'a' } })
    await engine.runUntilIdle()
    expect(stateOf(await engine.client.getJobStatus(first.id))).toEqual(['superseded', last.id])
    expect(await engine.client.getJobStatus(last.id)).toMatchObject({ state: 'completed', runs: [{ output: 1 }] })
    await engine.close()
  })
})
