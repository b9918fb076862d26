import { expect, it, vi } from 'vitest'

import { runDemo } from '../src/demo/run-demo.ts'
import { gateway } from '../src/gateway.ts'
import { stock } from '../src/stock.ts'
import { createMemoryScreen } from './demo-kit.ts'

it('reports a payment that is a penny short, and a line missing from the stock', async () => {
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
  expect(await runDemo({ realTime: false, provider: 'local', store: 'memory' }, screen)).toBe(false)
  expect(screen.text()).toContain('norway, jobs against the file: sales 191913, expected 191914')
  expect(screen.text()).toContain('norway, jobs against the expected figures: sales 191913, expected 191914')
  expect(screen.text()).toMatch(/france, jobs against the file: lines 19, expected 20/)
  expect(screen.text()).not.toContain('Every figure agrees')
})
