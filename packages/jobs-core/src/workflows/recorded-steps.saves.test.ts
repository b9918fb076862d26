import { beforeEach, describe, expect, test } from 'vitest'

import { completedStep, createWorkflowKit, orderWorkflow, type WorkflowKit } from '../../test/kit/workflow-kit.ts'

let kit: WorkflowKit
let done: string[]
beforeEach(() => {
  kit = createWorkflowKit()
  done = []
})

const note = (what: string) => () => void done.push(what)

test('steps whose results come together are called in the order in which a replay calls them', async () => {
  const passes: string[] = []
  const workflow = orderWorkflow(async (step) => {
    const slow = step
      .run('slow', () => 1)
      .then(async () => {
        // More turns than the other branch takes, and none that waits for anything.
        for (let turn = 0; turn < 10; turn++) await Promise.resolve()
        return step.run('log', () => 'of slow')
      })
    const fast = step.run('fast', () => 2).then(() => step.run('log', () => 'of fast'))
    passes.push(String(await Promise.all([slow, fast])))
    await step.sleep('nap', 10)
  })
  expect(await kit.live(workflow)).toEqual({ type: 'completed' })
  expect(passes).toEqual(['of slow,of fast', 'of slow,of fast'])
  expect(kit.lines.filter(({ level }) => level === 'warn')).toEqual([])
})

describe('a save that fails', () => {
  const workflow = orderWorkflow(async (step) => {
    await step.run('charge', note('charge'), { compensate: note('refund') }).then(note('charged'), note('caught'))
    await step.run('ship', note('ship'))
  })
  const broken = () => Promise.reject(new Error('The store is away.'))

  test('fails the pass, which is tried again, and the code has neither a result nor the failure', async () => {
    expect(await kit.pass(workflow, { records: { save: broken } })).toMatchObject({
      type: 'retry',
      error: { message: 'The store is away.' },
    })
    await kit.rest()
    expect(done).toEqual(['charge'])
  })

  test('of the last attempt fails the run, and undoes what its step did', async () => {
    let saved = 0
    const once = () => (saved++ === 0 ? broken() : undefined)
    expect(await kit.pass(workflow, { attempt: 3, records: { save: once } })).toMatchObject({ type: 'failed' })
    expect(done).toEqual(['charge', 'refund'])
  })
})

describe('a step whose record was lost', () => {
  test('in its second attempt is made again before the failure beside it ends the run, and undone', async () => {
    const retrying = {
      state: 'retrying',
      order: undefined,
      endedAt: undefined,
      nextAttemptAt: kit.clock.now(),
    } as const
    kit = createWorkflowKit({
      steps: [
        completedStep('ship', 1, { state: 'failed', error: { name: 'Error', message: 'Broke.' } }),
        completedStep('charge', 2, retrying as never),
      ],
      ended: 1,
    })
    const workflow = orderWorkflow((step) =>
      Promise.all([step.run('ship', note('ship')), step.run('charge', note('charge'), { compensate: note('refund') })]),
    )
    expect(await kit.pass(workflow)).toMatchObject({ type: 'failed', error: { code: 'step_failed' } })
    expect(done).toEqual(['charge', 'refund'])
  })
})
