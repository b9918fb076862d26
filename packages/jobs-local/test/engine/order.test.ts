import { defineJob } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'

const tenantId = 'acme'
const work = defineJob({ id: 'work', event: 'work.requested', handler: ({ payload }) => payload.number ?? null })

test('jobs begin in the order in which they were sent', async () => {
  const order: (number | undefined)[] = []
  const job = defineJob({
    id: 'work',
    event: 'work.requested',
    handler: ({ payload }) => void order.push(payload.number),
  })
  const engine = createTestEngine({ jobs: [job] })
  await Promise.all(
    Array.from({ length: 50 }, (_, number) => engine.client.sendJob('work.requested', { tenantId, number })),
  )
  await engine.client.sendJobs([50, 51].map((number) => ({ event: 'work.requested', payload: { tenantId, number } })))
  await engine.settle()
  expect(order).toEqual(Array.from({ length: 52 }, (_, number) => number))
})

test('the handler never begins inside the call that sends', async () => {
  let began = false
  const job = defineJob({ id: 'work', event: 'work.requested', handler: () => void (began = true) })
  const engine = createTestEngine({ jobs: [job] })
  await engine.client.capabilities()
  const sending = engine.client.sendJob('work.requested', { tenantId })
  expect(began).toBe(false)
  await sending
  await engine.settle()
  expect(began).toBe(true)
})

test('delayed jobs due at the same time begin in the order in which they were sent', async () => {
  const engine = createTestEngine({ jobs: [work], config: { concurrency: 1 } })
  for (let number = 0; number < 20; number++)
    await engine.client.scheduleJob('work.requested', { tenantId, number }, { delay: '1d' })
  await engine.advance('1d')
  const outputs = engine.attempts.map(({ outcome }) => outcome.type === 'completed' && outcome.output)
  expect(outputs).toEqual(Array.from({ length: 20 }, (_, number) => number))
})
