import { defineWorkflow } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { describe, expect, test, vi } from 'vitest'

import { openApp } from '../kit/open-app.ts'

const tenantId = 'acme'
const retry = { maxAttempts: 3, backoff: 'fixed', initialDelay: 1 } as const

describe('a step with a transaction', () => {
  test('commits its effects in the transaction that records its result', async () => {
    const { effects, start, pool, schema } = await openApp()
    const flow = defineWorkflow({
      id: 'flow-completes',
      event: 'work.asked',
      transaction: true,
      steps: async (_event, step) => {
        const first = await step.run('first', async ({ transaction }) => {
          await effects.add(transaction, 'first')
          return 1
        })
        const isPlain = await step.run('plain', (context) => !('transaction' in context), { transaction: false })
        await step.sleep('wait', 1)
        return [first, isPlain]
      },
    })
    const client = start([flow])
    const { id } = await client.sendJob('work.asked', { tenantId })
    expect(await client.waitForJob(id)).toMatchObject({ state: 'completed', runs: [{ output: [1, true] }] })
    expect(await effects.all()).toEqual(['first'])
    const { rows } = await pool.query(
      `SELECT s.xmin = e.xmin AS is_same FROM ${schema}.steps s, ${schema}.effects e WHERE s.key = 'first'`,
    )
    expect(rows).toEqual([{ is_same: true }])
  })

  test('that throws, or whose commit is rejected, is rolled back and retried', async () => {
    const { effects, start } = await openApp()
    const flow = defineWorkflow({
      id: 'flow-throws',
      event: 'work.asked',
      retry,
      transaction: true,
      steps: (_event, step) =>
        Promise.all([
          step.run('failing', async ({ transaction, attempt }) => {
            await effects.add(transaction, `${attempt}${attempt === 2 ? '!' : ''}`)
            if (attempt === 1) throw new Error('the first attempt')
            return 'late'
          }),
          // Its result must not wait for that of a step which has not ended after all.
          step.run('other', async ({ transaction }) => void (await effects.add(transaction, 'other'))),
        ]),
    })
    const client = start([flow])
    const { id } = await client.sendJob('work.asked', { tenantId })
    const status = await client.waitForJob(id)
    expect(status).toMatchObject({ state: 'completed', runs: [{ output: ['late', null] }] })
    expect(status.runs[0]!.steps).toMatchObject([
      { id: 'failing', attempts: 3, state: 'completed' },
      { id: 'other', attempts: 1, state: 'completed' },
    ])
    expect(await effects.all()).toEqual(['3', 'other'])
  })

  test('is not saved once its worker has lost the lease', async () => {
    const { effects, start, database } = await openApp()
    const ends: (() => void)[] = []
    const flow = defineWorkflow({
      id: 'flow-loses-its-lease',
      event: 'work.asked',
      transaction: true,
      steps: (_event, step) =>
        step.run('step', async ({ transaction }) => {
          await effects.add(transaction, 'step')
          await new Promise<void>((resolve) => ends.push(resolve))
        }),
    })
    const client = start([flow])
    await client.sendJob('work.asked', { tenantId })
    await vi.waitFor(() => expect(ends).toHaveLength(1))
    await database.query('UPDATE {schema}.runs SET worker = 1')
    ends[0]!()
    await effects.settled()
    expect(await effects.all()).toEqual([])
  })

  test('cannot have one that its workflow does not declare', async () => {
    const { start } = await openApp()
    const flow = defineWorkflow({
      id: 'flow-without',
      event: 'work.asked',
      steps: (_event, step) => step.run('step', () => undefined, { transaction: true as never }),
    })
    const client = start([flow])
    const { id } = await client.sendJob('work.asked', { tenantId })
    const message = expect.stringContaining('Set it in `defineWorkflow`.') as string
    expect(await client.waitForJob(id)).toMatchObject({ state: 'failed', runs: [{ error: { message } }] })
  })
})
