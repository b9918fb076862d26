import { defineWorkflow, eventType, type EventMessage, type Steps } from '@cgk-platform/jobs-core'
import type { WorkflowHistory } from '@cgk-platform/jobs-core/inspect'
import { toWorkflowHistories } from '@cgk-platform/jobs-core/tools'
import '@cgk-platform/test-kit/work'
import type { Work } from '@cgk-platform/test-kit/work'
import { beforeEach, describe, expect, test } from 'vitest'

import { createTestEngine, replayHistory } from '../../src/testing/index.ts'

type Code = (step: Steps<'work.asked'>, event: EventMessage<'work.asked'>) => unknown

const done: string[] = []
beforeEach(() => void done.splice(0))
const note = (id: string) => (): { id: string } => {
  done.push(id)
  return { id }
}

function order(code: Code, options: Partial<Parameters<typeof defineWorkflow<'work.asked'>>[0]> = {}) {
  return defineWorkflow({
    id: 'order',
    event: 'work.asked',
    retry: { maxAttempts: 1 },
    ...options,
    steps: (event, step) => code(step, event),
    onFailure: () => void done.push('onFailure'),
  })
}

const inOrder =
  (...ids: string[]): Code =>
  async (step) => {
    for (const id of ids) {
      if (id === 'nap') await step.sleep('nap', '1d')
      else await step.run(id, note(id), { compensate: note(`compensate ${id}`) })
    }
  }

/** Runs a workflow until it sleeps or has ended, and returns the history of its run, as JSON. */
async function historyOf(workflow: ReturnType<typeof order>): Promise<WorkflowHistory> {
  const engine = createTestEngine({ jobs: [workflow] })
  const { id } = await engine.client.sendJob('work.asked', { tenantId: 'acme', number: 1 })
  await engine.settle()
  const [history] = toWorkflowHistories(await engine.client.inspect.getJob(id))
  await engine.close()
  done.splice(0)
  // The engine in memory keeps no payload of an ended job.
  return JSON.parse(JSON.stringify({ payload: { tenantId: 'acme', number: 1 }, ...history })) as WorkflowHistory
}

const untilNap = () => historyOf(order(inOrder('one', 'two', 'three', 'nap', 'four')))

describe('`replayHistory` names the next step if the code fits', () => {
  test.each<[change: string, ids: string[], next: string[]]>([
    ['the same code', ['one', 'two', 'three', 'nap', 'four'], ['nap']],
    ['a step behind the run', ['one', 'two', 'three', 'nap', 'new'], ['nap']],
    ['a new step', ['one', 'two', 'new', 'three', 'nap'], ['new']],
    ['without a step', ['one', 'three', 'nap'], ['nap']],
    ['without the wait', ['one', 'two', 'three', 'four'], ['four']],
    ['code that ends', ['one', 'two', 'three'], []],
  ])('%s', async (_change, ids, next) => {
    const history = await untilNap()
    expect(await replayHistory(order(inOrder(...ids)), history)).toEqual({ fits: true, next })
    expect(done).toEqual([])
  })

  test('for a run that has ended, however it did', async () => {
    const completed = order(inOrder('one', 'two'))
    expect(await replayHistory(completed, await historyOf(completed))).toEqual({ fits: true, next: [] })
    const stepFails = order(async (step) => {
      await inOrder('one')(step, undefined as never)
      await step.run('fails', () => Promise.reject(new Error('no stock')))
    })
    expect(await replayHistory(stepFails, await historyOf(stepFails))).toEqual({ fits: true, next: [] })
    const codeThrows = order(async (step) => {
      await inOrder('one')(step, undefined as never)
      throw new Error('impossible')
    })
    expect(await replayHistory(codeThrows, await historyOf(codeThrows))).toEqual({ fits: true, next: [] })
    expect(done).toEqual([])
  })

  test('for steps that send, run a job or wait for an event', async () => {
    const history = await untilNap()
    const code: Code = async (step) => {
      await inOrder('one', 'two', 'three')(step, undefined as never)
      await Promise.all([
        step.sendEvent('tell', 'work.followed', { tenantId: 'acme' }),
        step.waitForEvent('told', 'work.followed', { timeout: '1h' }),
        step.run('four', note('four')),
      ])
    }
    expect(await replayHistory(order(code), history)).toEqual({ fits: true, next: ['tell', 'told', 'four'] })
    expect(done).toEqual([])
  })

  test('with `step.patched`, as a worker decides', async () => {
    const history = await untilNap()
    const code: Code = async (step) => {
      if (await step.patched('fraud')) await step.run('check', note('check'))
      await inOrder('one', 'two', 'three', 'nap')(step, undefined as never)
    }
    expect(await replayHistory(order(code), history)).toEqual({ fits: true, next: ['nap'] })
    expect(await replayHistory(order(code), { ...history, steps: [] })).toEqual({ fits: true, next: ['check'] })
    const answered = await historyOf(order(code))
    expect(answered.steps.map(({ id }) => id)).toEqual(['fraud', 'check', 'one', 'two', 'three', 'nap'])
    expect(await replayHistory(order(code), answered)).toEqual({ fits: true, next: ['nap'] })
  })

  test('with the code of its version in `previous`', async () => {
    const history = { ...(await untilNap()), version: '1' }
    const previous = [{ version: '1', steps: (_event: unknown, step: Steps<'work.asked'>) => step.run('one', () => 1) }]
    const workflow = order(inOrder('other'), { version: '2', previous })
    expect(await replayHistory(workflow, history)).toEqual({ fits: true, next: [] })
  })
})

describe('`replayHistory` tells why the run would wait for other code', () => {
  test('a step is another kind of step', async () => {
    const code: Code = async (step) => step.sleep('one', 1)
    expect(await replayHistory(order(code), await untilNap())).toEqual({
      fits: false,
      stepId: 'one',
      reason: expect.stringContaining('`one` was `step.run` and is now `step.sleep`') as string,
    })
  })

  test('a step has a new id', async () => {
    expect(await replayHistory(order(inOrder('one', 'second', 'three')), await untilNap())).toEqual({
      fits: false,
      stepId: 'second',
      reason: expect.stringContaining('calls the new step `second` where `two` and 1 more') as string,
    })
    expect(done).toEqual([])
  })

  test('the version is missing', async () => {
    const history = { ...(await untilNap()), version: '1' }
    const reason = expect.stringContaining('began with version `1`, and the code has version `2`') as string
    expect(await replayHistory(order(inOrder('one'), { version: '2' }), history)).toEqual({ fits: false, reason })
  })

  test('the payload is no longer valid', async () => {
    const workflow = defineWorkflow({ id: 'order', event: 'work.counted', steps: () => undefined })
    const history = { ...(await untilNap()), event: 'work.counted', payload: { tenantId: 'acme' } }
    const result = await replayHistory(workflow, history)
    expect(result).toEqual({ fits: false, reason: expect.stringContaining('no longer valid') as string })
  })
})

describe('a history without payload and outputs', () => {
  const readsOutput: Code = async (step, { payload }) => {
    const { id } = await step.run('one', note('one'))
    await step.run(`for ${String((payload as Work).number)} ${id.toUpperCase()}`, note('two'))
    await step.sleep('nap', '1d')
  }
  const removed = async (): Promise<WorkflowHistory> => {
    const { payload: _, steps, ...history } = await historyOf(order(readsOutput))
    return { ...history, steps: steps.map(({ output: __, ...step }) => step) }
  }

  test('needs a payload', async () => {
    const replayed = replayHistory(order(readsOutput), await removed())
    await expect(replayed).rejects.toMatchObject({
      code: 'invalid_option',
      message: expect.stringContaining('--payload') as string,
    })
  })

  test('fits if the code reads no output', async () => {
    const code: Code = inOrder('one', 'for 1 ONE', 'nap')
    const replayed = await replayHistory(order(code), await removed(), { payload: { number: 1 } })
    expect(replayed).toEqual({ fits: true, next: ['nap'] })
  })

  test('has a placeholder for an event that came', async () => {
    const code: Code = async (step) => {
      const told = await step.waitForEvent('told', 'work.followed', { timeout: '1h' })
      await step.run(told ? 'ship' : 'cancel', note('end'))
    }
    const told = { id: 'told', kind: 'waitForEvent', state: 'completed', endedAt: '2026-01-01T01:00:00.000Z' } as const
    const base = await removed()
    const replayed = (steps: WorkflowHistory['steps']) =>
      replayHistory(order(code), { ...base, steps }, { payload: { number: 1 } })
    expect(await replayed([told])).toEqual({ fits: true, next: ['ship'] })
    expect(await replayed([{ ...told, output: null }])).toEqual({ fits: true, next: ['cancel'] })
  })

  test('names the outputs that are missing if the code then throws', async () => {
    const replayed = await replayHistory(order(readsOutput), await removed(), { payload: { number: 1 } })
    const reason = expect.stringMatching(/^The code threw `TypeError: .* has no output of `one`, `for 1 ONE`/) as string
    expect(replayed).toEqual({ fits: false, reason })
  })
})

test('a history of another workflow or format is refused', async () => {
  const history = await untilNap()
  const other = defineWorkflow({ id: 'other', payload: eventType<Work>(), steps: () => undefined })
  await expect(replayHistory(other, history)).rejects.toThrow('`history.definitionId` is `order`')
  await expect(replayHistory(order(inOrder()), { ...history, format: 2 as 1 })).rejects.toThrow(
    '`history.format` is `2`',
  )
})

test('a run that began again has another payload than its job, so its history has none', async () => {
  const loop = order(async (step, { payload: { number = 1 } }) => {
    await step.run('charge', note('charge'))
    if (number === 2) await step.sleep('nap', '1d')
    return step.restart({ number: number + 1 })
  })
  const engine = createTestEngine({ jobs: [loop] })
  const { id } = await engine.client.sendJob('work.asked', { tenantId: 'acme', number: 1 })
  await engine.settle()
  const [history] = toWorkflowHistories(await engine.client.inspect.getJob(id))
  await engine.close()
  expect(history).not.toHaveProperty('payload')
  await expect(replayHistory(loop, history!)).rejects.toThrow('`history.payload` is missing')
  expect(await replayHistory(loop, history!, { payload: { number: 2 } })).toEqual({ fits: true, next: ['nap'] })
  const withoutNap = order(async (step) => (await step.run('charge', note('charge')), step.restart({})))
  expect(await replayHistory(withoutNap, history!, { payload: { number: 2 } })).toEqual({ fits: true, next: [] })
})
