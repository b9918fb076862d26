import { expect, it, vi } from 'vitest'

import { runDemo } from '../src/demo/run-demo.ts'
import { gateway } from '../src/gateway.ts'
import { stock } from '../src/stock.ts'
import { createMemoryScreen } from './play.ts'

it('finds the shop whose payments are a penny short, and the line that the stock lost', async () => {
  vi.stubEnv('JOB_LOG_LEVEL', 'silent')
  const { charge } = gateway
  vi.spyOn(gateway, 'charge').mockImplementation(async (request) => {
    const payment = await charge(request)
    return request.idempotencyKey === 'norway/536532' ? { ...payment, amount: payment.amount - 1 } : payment
  })
  const { take } = stock
  vi.spyOn(stock, 'take').mockImplementation((reference, items) =>
    take(reference, reference.startsWith('france/') ? items.slice(1) : items),
  )

  const screen = createMemoryScreen()
  expect(await runDemo({ realTime: false, provider: 'local' }, screen)).toBe(false)
  expect(screen.text()).toContain('norway, jobs against the file: sales 191913, expected 191914')
  expect(screen.text()).toContain('norway, jobs against the known figures: sales 191913, expected 191914')
  expect(screen.text()).toMatch(/france, jobs against the file: lines 19, expected 20/)
  expect(screen.text()).not.toContain('Every figure agrees')
})
