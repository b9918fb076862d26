import { beforeEach, describe, expect, test } from 'vitest'

import { createDeferred } from '../../test/kit/deferred.ts'
import { completedStep, createWorkflowKit, orderWorkflow, type WorkflowKit } from '../../test/kit/workflow-kit.ts'
import { ShutdownError } from '../errors/shutdown-error.ts'
import { pause } from '../time/pause.ts'

let kit: WorkflowKit
let done: string[]
beforeEach(() => {
  kit = createWorkflowKit()
  done = []
})

const note = (what: string) => () => void done.push(what)
const failure = { name: 'Error', message: 'Broke.' }
const broke = () => {
  throw new Error('Broke.')
}
/** Returns the record of a failed run that must be compensated. */
const failed = (...keys: string[]) => ({
  steps: keys.map((key, place) => completedStep(key, place + 1, { compensable: true })),
  ended: keys.length,
  failure,
})

describe('a replay that compensates', () => {
  test('delivers no result of a step that the failure cancelled, so that the code takes the same branch', async () => {
    const workflow = orderWorkflow(async (step) => {
      await step.run('reserve', note('reserve'), {
        retry: { initialDelay: 1 },
        compensate: (_output, { attempt }) => {
          done.push('release')
          if (attempt === 1) broke()
        },
      })
      const nap = step.sleep('nap', 10).catch(note('the nap failed'))
      await Promise.all([nap, step.run('charge', broke, { retry: { maxAttempts: 1 } })])
    })
    expect(await kit.runToEnd(workflow)).toMatchObject({ type: 'failed', error: { code: 'step_failed' } })
    expect(kit.step('nap')?.state).toBe('cancelled')
    expect(done).toEqual(['reserve', 'release', 'release'])
  })

  test('reports a step that the code no longer calls after its last attempt, and compensates the others', async () => {
    kit = createWorkflowKit(failed('reserve', 'gone'))
    const workflow = orderWorkflow(async (step) => {
      await step.run('reserve', note('reserve'), { compensate: note('release') })
      throw new Error('Broke.')
    })
    expect(await kit.runToEnd(workflow)).toMatchObject({ type: 'failed', error: failure })
    expect(kit.step('gone')?.compensation).toMatchObject({
      state: 'failed',
      attempts: 3,
      error: { code: 'workflow_changed', message: expect.stringContaining('`gone`'), cause: { message: 'Broke.' } },
    })
    expect(done).toEqual(['release'])
  })

  test('gives code time to await something other than a step before a step that must be compensated', async () => {
    kit = createWorkflowKit(failed('reserve', 'charge'))
    const workflow = orderWorkflow(async (step) => {
      await Promise.all([
        step.run('never ended', note('never')),
        (async () => {
          await step.run('reserve', note('reserve'), { compensate: note('release') })
          await pause(kit.clock, 300)
          await step.run('charge', note('charge'), { compensate: note('refund') })
        })(),
      ])
    })
    const outcome = kit.replay(workflow)
    for (let turn = 0; turn < 10; turn++) await kit.clock.advance(300)
    expect(await outcome).toMatchObject({ type: 'failed', error: failure })
    expect(done).toEqual(['refund', 'release'])
  })

  test('is repeated if its code throws a transient error before it calls the step', async () => {
    kit = createWorkflowKit(failed('reserve'))
    let passes = 0
    const workflow = orderWorkflow(async (step) => {
      if (passes++ < 2) throw new Error('The settings are away.')
      await step.run('reserve', note('reserve'), { compensate: note('release') })
    })
    expect(await kit.runToEnd(workflow)).toMatchObject({ type: 'failed', error: failure })
    expect(kit.step('reserve')?.compensation).toMatchObject({ state: 'completed', attempts: 3 })
    expect(done).toEqual(['release'])
  })
})

describe('a compensation', () => {
  test('that has failed for good is not repeated while an earlier step is compensated later', async () => {
    kit = createWorkflowKit(failed('reserve', 'charge'))
    const workflow = orderWorkflow(async (step) => {
      await step.run('reserve', note('reserve'), {
        retry: { initialDelay: 1 },
        compensate: (_output, { attempt }) => {
          done.push(`release ${attempt}`)
          if (attempt === 1) broke()
        },
      })
      const refund = (): void => {
        done.push('refund')
        broke()
      }
      await step.run('charge', note('charge'), { retry: { maxAttempts: 1 }, compensate: refund })
    })
    expect(await kit.runToEnd(workflow)).toMatchObject({ type: 'failed', error: failure })
    expect(done).toEqual(['refund', 'release 1', 'release 2'])
  })

  test('that calls a step is rejected with both names, and the others still run', async () => {
    const workflow = orderWorkflow(async (step) => {
      await step.run('reserve', note('reserve'), { compensate: note('release') })
      await step.run('charge', note('charge'), {
        retry: { maxAttempts: 1 },
        compensate: () => step.run('refund', note('refund')),
      })
      await step.run('ship', broke, { retry: { maxAttempts: 1 } })
    })
    expect(await kit.runToEnd(workflow)).toMatchObject({ type: 'failed' })
    expect(kit.step('charge')?.compensation?.error).toMatchObject({
      code: 'invalid_step',
      message: expect.stringContaining('`refund` of `fulfil-order` is called inside the step `charge/compensation`'),
    })
    expect(done).toEqual(['reserve', 'charge', 'release'])
  })
})

test('a replay that is stopped while it compensates ends, and the next one continues', async () => {
  kit = createWorkflowKit(failed('reserve', 'charge'))
  const refunded = createDeferred()
  const begun = createDeferred<AbortSignal>()
  const workflow = orderWorkflow(
    async (step) => {
      await step.run('reserve', note('reserve'), { compensate: note('release') })
      await step.run('charge', note('charge'), {
        compensate: (_output, { signal }) => {
          begun.resolve(signal)
          return refunded.promise
        },
      })
    },
    { onFailure: note('onFailure') },
  )
  const outcome = kit.replay(workflow)
  const signal = await begun.promise
  kit.controller.abort(new ShutdownError())
  expect(await outcome).toEqual({ type: 'interrupted' })
  expect(signal.aborted).toBe(true)
  const before = structuredClone(kit.record)
  refunded.resolve()
  await kit.settle()
  expect(done).toEqual([])
  expect(kit.record).toEqual(before)
  expect(kit.lines.filter(({ level }) => level === 'error')).toEqual([])
})

test('a compensation that cannot be saved is repeated one second later, whatever attempts the run has left', async () => {
  kit = createWorkflowKit(failed('reserve', 'charge'))
  const workflow = orderWorkflow(
    async (step) => {
      await step.run('reserve', note('reserve'), { compensate: note('release') })
      await step.run('charge', note('charge'), { compensate: note('refund') })
    },
    { onFailure: note('onFailure'), retry: { maxAttempts: 1 } },
  )
  const save = () => Promise.reject(new Error('The store is away.'))
  const wakeAt = kit.clock.now() + 1000
  expect(await kit.replay(workflow, { records: { save } })).toEqual({ type: 'suspended', wakeAt })
  expect(await kit.runToEnd(workflow)).toMatchObject({ type: 'failed', error: failure })
  expect(done).toEqual(['refund', 'refund', 'release', 'onFailure'])
})
