import { beforeEach, expect, test, vi } from 'vitest'

import { completedStep, createWorkflowKit, orderWorkflow, type WorkflowKit } from '../../test/kit/workflow-kit.ts'
import { createAttemptKit, orderEnvelope } from '../../test/kit/attempt-kit.ts'
import { createRecordedStepEngine } from './recorded-step-engine.ts'

let kit: WorkflowKit
let done: string[]
beforeEach(() => {
  kit = createWorkflowKit()
  done = []
})

const note = (what: string) => () => void done.push(what)

test('a run whose process died in its last attempt is compensated and starts no step', async () => {
  kit.record = {
    ...kit.record,
    steps: [completedStep('reserve', 1, { compensable: true, output: { id: 7 } })],
    ended: 1,
  }
  const workflow = orderWorkflow(
    async (step) => {
      await step.run('reserve', () => ({ id: 7 }), { compensate: ({ id }) => void done.push(`release ${id}`) })
      await step.run('charge', note('charge'))
    },
    { onFailure: (error) => void done.push(error.name) },
  )
  expect(await kit.replay(workflow, { attempt: 4 })).toMatchObject({
    type: 'failed',
    error: { code: 'attempts_exhausted', message: expect.stringContaining('All 3 attempts of `fulfil-order`') },
  })
  expect(done).toEqual(['release 7', 'AttemptsExhaustedError'])
})

test('a host without `steps` fails the run with a remedy', async () => {
  expect(await createAttemptKit().run(orderWorkflow(note('code')))).toMatchObject({
    type: 'failed',
    error: { code: 'unsupported_feature', message: expect.stringContaining('workflows') },
  })
  expect(done).toEqual([])
})

test('an invalid payload fails the run without a call of its code', async () => {
  const unfit = orderEnvelope({ payload: { tenantId: 'acme', orderId: 5 } })
  const steps = createRecordedStepEngine({ record: kit.record, save: () => undefined })
  const outcome = await createAttemptKit().run(orderWorkflow(note('code')), unfit, {
    replay: { startedAt: undefined, steps },
  })
  expect(outcome).toMatchObject({ type: 'failed', error: { code: 'payload_invalid' } })
  expect(done).toEqual([])
})

test('a failed step that is not awaited causes no unhandled rejection, and the run completes', async () => {
  const unhandled = vi.fn<(reason: unknown) => void>()
  process.on('unhandledRejection', unhandled)
  const workflow = orderWorkflow(
    async (step) => {
      void step.run('forgotten', () => Promise.reject(new Error('Broke.')))
      void step.waitForEvent('also', 'no.such' as never, { timeout: 1 })
      await step.sleep('nap', 10)
      return 'done'
    },
    { retry: { maxAttempts: 1 } },
  )
  expect(await kit.runToEnd(workflow)).toEqual({ type: 'completed', output: 'done' })
  await kit.clock.advance(1)
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
  expect(kit.step('forgotten')).toMatchObject({ state: 'failed', error: { message: 'Broke.' } })
})
