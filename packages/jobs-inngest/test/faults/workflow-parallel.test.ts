import { defineJob, defineWorkflow, type Steps } from '@cgk-platform/jobs-core'
import { expect, test } from 'vitest'

import { openJobs, type OpenJobs } from '../kit/open-jobs.ts'

const payload = { tenantId: 'acme', number: 7 }

/** The operations of a workflow's code in these tests. */
interface Tools {
  readonly step: Steps<'work.asked'>
  /** Runs a step that records its execution and takes some time. */
  does(id: string, ms?: number): Promise<unknown>
  /** Runs a step that sends the awaited event and is still running when the wait ends. */
  answers(id: string): Promise<unknown>
}

const child = defineJob({ id: 'child', event: 'work.followed', handler: () => opened.pause(3000) })
let opened: OpenJobs

/** Returns all executions of the steps of a run, also after its end. */
async function effectsOf(code: (tools: Tools) => Promise<unknown>): Promise<string[]> {
  const effects: string[] = []
  const toTools = (step: Steps<'work.asked'>): Tools => ({
    step,
    does: (id, ms = 0) =>
      step.run(id, async () => {
        effects.push(id)
        if (ms > 0) await opened.pause(ms)
      }),
    answers: (id) =>
      step.run(id, async () => {
        effects.push(id)
        await opened.client.sendJob('work.counted', payload)
        await opened.pause(4000)
      }),
  })
  const work = defineWorkflow({
    id: 'work',
    event: 'work.asked',
    steps: async (_event, step) => void (await code(toTools(step))),
  })
  opened = await openJobs({ jobs: [work, child], factor: 10 })
  const { id } = await opened.client.sendJob('work.asked', payload)
  const { state } = await opened.client.waitForJob(id)
  await opened.pause(5000)
  return [state, ...effects.toSorted()]
}

async function branch({ does }: Tools, last: () => Promise<unknown>): Promise<void> {
  await does('a1')
  await does('a2')
  await last()
}

// Each wait ends while a step is running that the code reached much later. The end starts another replay.
test.each<[string, readonly string[], (tools: Tools) => Promise<unknown>]>([
  [
    'a branch of three steps parallel to a sleep',
    ['a1', 'a2', 'a3'],
    (tools) => Promise.all([branch(tools, () => tools.does('a3', 6000)), tools.step.sleep('nap', '3s')]),
  ],
  [
    'a branch of three steps parallel to a wait for an event',
    ['a1', 'a2', 'a3'],
    (tools) =>
      Promise.all([
        branch(tools, () => tools.answers('a3')),
        tools.step.waitForEvent('signal', 'work.counted', { timeout: '60s' }),
      ]),
  ],
  [
    'a race of a step and a wait, whose loser ends two steps later',
    ['a', 'c', 'd', 'e'],
    async ({ step, does, answers }) => {
      await Promise.race([does('a'), step.waitForEvent('signal', 'work.counted', { timeout: '60s' })])
      await does('c')
      await answers('d')
      await does('e')
    },
  ],
  [
    'a race of two waits, whose loser ends two steps later',
    ['c', 'd'],
    async ({ step, does }) => {
      const signal = step.waitForEvent('signal', 'work.counted', { timeout: '60s' })
      const limit = step.sleep('limit', '5s')
      const send = step.sendEvent('send', 'work.counted', { number: 7 })
      await Promise.race([signal, limit])
      await send
      await does('c')
      await does('d', 8000)
    },
  ],
  [
    'a branch of four steps parallel to a running job',
    ['a1', 'a2', 'a3', 'a4'],
    (tools) =>
      Promise.all([
        branch(tools, async () => {
          await tools.does('a3', 1500)
          await tools.does('a4', 4000)
        }),
        tools.step.runJob('child', child, { number: 1 }),
      ]),
  ],
])('executes each step once: %s', async (_, expected, code) => {
  await expect(effectsOf(code)).resolves.toEqual(['completed', ...expected])
})
