import { defineWorkflow } from '@cgk-platform/jobs-core'
import { expect, test, vi } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'

/** A loop of three turns, and the numbers with which its step ran. */
function threeTurns() {
  const charged: unknown[] = []
  const loop = defineWorkflow({
    id: 'loop',
    event: 'work.asked',
    steps: async ({ payload: { number = 1 } }, step) => {
      await step.run('charge', () => charged.push(number))
      return number === 3 ? 'done' : step.restart({ number: number + 1 })
    },
  })
  return { charged, loop }
}

test.each(['before', 'after'] as const)(
  'a restart whose request breaks off %s Inngest has handled it starts one run',
  async (when) => {
    const { charged, loop } = threeTurns()
    const { client, engine } = await openJobs({ jobs: [loop] })
    let broken = 0
    engine.intercept(({ path }) => {
      if (!path.endsWith('/rerun') || broken++ > 0) return undefined
      return { kind: 'reset', when }
    })
    const { id } = await client.sendJob('work.asked', { tenantId: 'acme' })
    const { state, runs } = await client.waitForJob(id)
    expect([state, runs.map(({ output, restarts }) => [output, restarts])]).toEqual(['completed', [['done', 2]]])
    expect(charged).toEqual([1, 2, 3])
  },
)

test('of two runs that a crash has left, one continues the restarted run, and the other does nothing', async () => {
  const { charged, loop } = threeTurns()
  const { client, engine } = await openJobs({ jobs: [loop] })
  const started: string[] = []
  engine.intercept(async ({ path, headers }) => {
    if (!path.endsWith('/rerun') || started.length > 0) return undefined
    started.push(path)
    const authorization = headers['authorization'] ?? ''
    await fetch(`${engine.url}${path}`, { method: 'POST', headers: { authorization } })
    return undefined
  })
  const { id } = await client.sendJob('work.asked', { tenantId: 'acme' })
  const { state, runs } = await client.waitForJob(id)
  expect([state, runs.map(({ output }) => output)]).toEqual(['completed', ['done']])
  // The job can be over before the request that came second.
  const reruns = (): number => engine.requests.filter(({ path }) => path.endsWith('/rerun')).length
  await vi.waitFor(() => expect(reruns()).toBe(3), 60_000)
  expect(charged).toEqual([1, 2, 3])
})

test('a parent waits for the last of the runs of a loop of months', async () => {
  const loop = defineWorkflow({
    id: 'yearly',
    event: 'work.asked',
    steps: async ({ payload: { number = 1 } }, step) => {
      await step.sleep('month', '2m')
      return number === 3 ? 'a year' : step.restart({ number: number + 1 })
    },
  })
  const parent = defineWorkflow({
    id: 'parent',
    event: 'work.followed',
    steps: (_event, step) => step.runJob('loop', loop, {}),
  })
  const { client } = await openJobs({ jobs: [loop, parent], factor: 60 })
  const { id } = await client.sendJob('work.followed', { tenantId: 'acme' })
  const { state, runs } = await client.waitForJob(id)
  expect([state, runs[0]?.output]).toEqual(['completed', 'a year'])
})
