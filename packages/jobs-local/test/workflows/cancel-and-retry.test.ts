import { defineJob, defineWorkflow } from '@cgk-platform/jobs-core'
import { expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'
import { workflow } from '../kit/workflow.ts'

const tenantId = 'acme'

test('a compensation after a cancel gets the payload', async () => {
  const compensated: unknown[] = []
  const flow = workflow(
    async ({ payload }, step) => {
      await step.run('one', () => 1, { compensate: () => void compensated.push(payload['number']) })
      await step.sleep('nap', '1d')
    },
    { compensateOnCancel: true },
  )
  const engine = createTestEngine({ jobs: [flow] })
  const { id } = await engine.client.sendJob('work.requested', { tenantId, number: 7 })
  await engine.settle()
  await engine.client.cancelJob(id)
  await engine.settle()
  expect(compensated).toEqual([7])
})

test('a workflow cancelled during its compensation completes the compensation and is cancelled', async () => {
  const compensated: string[] = []
  const flow = workflow(
    async (_event, step) => {
      await step.run('one', () => 1, { compensate: () => void compensated.push('one') })
      await step.run('two', () => 2, {
        compensate: (_two, { attempt }) => {
          if (attempt === 1) throw new Error('not yet')
          compensated.push('two')
        },
      })
      throw new Error('broken')
    },
    { retry: { maxAttempts: 2, backoff: 'fixed', initialDelay: '1h' } },
  )
  const engine = createTestEngine({ jobs: [flow] })
  const { id } = await engine.client.sendJob('work.requested', { tenantId })
  await engine.advance('90m')
  expect((await engine.client.getJobStatus(id)).runs[0]?.steps?.[1]?.compensation?.state).toBe('retrying')
  await engine.client.cancelJob(id)
  await engine.advance('1d')
  expect(compensated).toEqual(['two', 'one'])
  expect((await engine.client.getJobStatus(id)).state).toBe('cancelled')
})

test('a run whose workflow has changed its version waits for code with its version', async () => {
  const compensated: string[] = []
  const version = (name: string) =>
    workflow(
      async (_event, step) => {
        await step.run('one', () => 1, { compensate: () => void compensated.push(name) })
        await step.sleep('nap', '1h')
      },
      { version: name },
    )
  version('1')
  const engine = createTestEngine() // with all definitions, as they are at the time of use
  const { id } = await engine.client.sendJob('work.requested', { tenantId })
  await engine.settle()
  version('2')
  await engine.advance('2h')
  const { state, runs } = await engine.client.getJobStatus(id)
  expect([state, runs[0]?.parked?.error.code, compensated]).toEqual(['running', 'workflow_changed', []])
  expect(runs[0]?.parked?.error.message).toMatch(/version `1`.*`2`/)
  version('1')
  await engine.advance('1h')
  expect(await engine.client.getJobStatus(id)).toMatchObject({ state: 'completed' })
  expect((await engine.client.getJobStatus(id)).runs[0]?.parked).toBeUndefined()
})

test('a job that a step runs can end before the step waits for it', async () => {
  const sub = defineJob({ id: 'sub', event: 'email.send', handler: () => 'sent' })
  const flow = workflow((_event, step) =>
    step.runJob('mail', sub, { type: 'order_followup', recipientEmail: 'a@example.com' }),
  )
  const engine = createTestEngine({ jobs: [flow, sub] })
  const { id } = await engine.client.sendJob('work.requested', { tenantId })
  await engine.settle()
  expect((await engine.client.getJobStatus(id)).runs[0]?.output).toBe('sent')
})

test('a workflow can run a workflow, and fails if the inner one fails', async () => {
  const inner = defineWorkflow({
    id: 'inner',
    event: 'email.send',
    retry: { maxAttempts: 1 },
    steps: async (_event, step) => {
      await step.sleep('nap', '1h')
      await step.run('broken', () => {
        throw new Error('no mail today')
      })
    },
  })
  const flow = workflow((_event, step) =>
    step.runJob('mail', inner, { type: 'order_followup', recipientEmail: 'a@example.com' }),
  )
  const engine = createTestEngine({ jobs: [flow, inner] })
  const { id } = await engine.client.sendJob('work.requested', { tenantId })
  await engine.advance('1h')
  const { error } = (await engine.client.getJobStatus(id)).runs[0]!
  expect([error?.code, error?.cause?.code, error?.cause?.cause?.message]).toEqual([
    'step_failed',
    'step_failed',
    'no mail today',
  ])
})
