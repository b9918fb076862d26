import { expect, test } from 'vitest'

import { sendAtRate } from './send-at-rate.ts'

test('each job has its own due time, however late the sender is', async () => {
  const due: number[] = []
  const to = {
    send: async (payloads: readonly { userId: string }[]) => {
      due.push(...payloads.map(({ userId }) => Number(userId)))
      await new Promise((resolve) => setTimeout(resolve, 5))
    },
    close: async () => undefined,
  }
  const { startMs } = await sendAtRate(to, { jobs: 20, rate: 2_000, isPrecise: false })
  expect(due).toHaveLength(20)
  for (const [index, dueMs] of due.entries()) expect(dueMs - startMs).toBeCloseTo(index / 2, 2)
})

test('without a rate, a batch is sent when the one before is accepted', async () => {
  const batches: number[] = []
  let isSending = false
  const to = {
    send: async (payloads: readonly unknown[]) => {
      expect(isSending).toBe(false)
      isSending = true
      batches.push(payloads.length)
      await new Promise((resolve) => setImmediate(resolve))
      isSending = false
    },
    close: async () => undefined,
  }
  await sendAtRate(to, { jobs: 2_500, rate: Infinity, isPrecise: false })
  expect(batches).toEqual([1_000, 1_000, 500])
})
