import { findRun, type JobHandle } from '@cgk-platform/jobs'
import { expect, it, vi } from 'vitest'

import { figuresOfReports } from '../src/demo/figures-of-reports.ts'
import { totalOf } from '../src/demo/figures.ts'
import { gateway, type Transaction } from '../src/gateway.ts'
import { takePayment } from '../src/jobs.ts'
import type { ShopEvent } from '../src/orders.ts'
import { createMemoryScreen, openDays } from './demo-kit.ts'

it('charges each order once, however often it is sent, with or without an idempotency key', async () => {
  vi.stubEnv('JOB_LOG_LEVEL', 'silent')
  const charges = vi.spyOn(gateway, 'charge')
  const { events, engine } = await openDays()
  const paymentsOf = async (handles: readonly JobHandle[]): Promise<(Transaction['id'] | undefined)[]> => {
    const statuses = await Promise.all(handles.map(({ id }) => engine.client.getJobStatus(id)))
    return statuses.map((status) => findRun(status, takePayment)?.output?.paymentId)
  }
  const again = events.map(({ at, item: { options: _keys, ...item } }): ShopEvent => ({ at, item }))

  const twice = await engine.simulate(
    events.flatMap((event) => [event, event]),
    createMemoryScreen(),
  )
  const first = twice.filter(({ deduplicated }) => !deduplicated)
  const payments = await paymentsOf(first)
  expect(first).toHaveLength(310)
  expect(twice.filter(({ deduplicated }) => deduplicated).map(({ id }) => id)).toEqual(first.map(({ id }) => id))
  expect(charges).toHaveBeenCalledTimes(269 + 56)
  expect(new Set(payments.filter((id) => id !== undefined)).size).toBe(269)

  const third = await engine.simulate(again, createMemoryScreen())
  expect(third.map(({ deduplicated }) => deduplicated)).not.toContain(true)
  expect(await paymentsOf(third)).toEqual(payments)

  const { sales, refunded } = totalOf((await figuresOfReports(engine.client)).byShop)
  expect({ sales, refunded }).toEqual({ sales: 10_670_917, refunded: 186_633 })
  await engine.close()
})
