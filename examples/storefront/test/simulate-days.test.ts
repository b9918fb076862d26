import { findRun, type JobHandle, type JobStatus } from '@cgk-platform/jobs'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'

import { findMismatches } from '../src/demo/find-mismatches.ts'
import { type FiguresByShop, totalOf } from '../src/demo/figures.ts'
import { figuresOfFile } from '../src/demo/figures-of-file.ts'
import { figuresOfJobs } from '../src/demo/figures-of-jobs.ts'
import { figuresOfReports } from '../src/demo/figures-of-reports.ts'
import { takeFromStock, takePayment } from '../src/jobs.ts'
import { outbox } from '../src/outbox.ts'
import { createMemoryScreen, type Days, openDays } from './demo-kit.ts'

let days: Days
let handles: readonly JobHandle[]
let orders: readonly JobStatus[]
let figures: FiguresByShop

beforeAll(async () => {
  vi.stubEnv('JOB_LOG_LEVEL', 'silent')
  days = await openDays()
  const { client } = days.engine
  handles = await days.engine.simulate(days.events, createMemoryScreen())
  const statuses = await Promise.all(handles.map(({ id }) => client.getJobStatus(id)))
  orders = statuses.filter(({ event }) => event === 'order.created')
  figures = (await figuresOfJobs(days.engine, handles, () => undefined)).byShop
})
afterAll(() => days.engine.close())

it('matches the expected figures', () => {
  const known = { orders: 281, refunds: 29, lines: 5217, sales: 10_670_917, refunded: 186_633 }
  expect(totalOf(figures)).toMatchObject(known)
  expect(figures.get('united-kingdom')).toMatchObject({
    orders: 272,
    refunds: 26,
    sales: 10_238_861,
    refunded: 171_953,
  })
  expect(figures.get('eire')).toMatchObject({ orders: 3, refunds: 1, sales: 57_788, refunded: 750 })
  expect(figures.get('germany')).toMatchObject({ orders: 2, refunds: 2, sales: 41_683, refunded: 13_930 })
  for (const [shop, sales] of Object.entries({
    norway: 191_914,
    france: 85_586,
    australia: 35_825,
    netherlands: 19_260,
  })) {
    expect(figures.get(shop)).toMatchObject({ orders: 1, refunds: 0, sales, refunded: 0 })
  }
})

it('retries a declined payment until it succeeds', () => {
  const payments = orders.map((status) => findRun(status, takePayment)!)
  const completedAfter = (attempts: number) =>
    payments.filter((run) => run.state === 'completed' && run.attempts === attempts).length
  expect([completedAfter(1), completedAfter(2), completedAfter(3), completedAfter(4)]).toEqual([222, 38, 9, 0])
})

it('waits a second before the second attempt, and two more before the third', () => {
  const third = orders.map((status) => findRun(status, takePayment)!).filter(({ attempts }) => attempts === 3)
  const tookMs = third.map(({ startedAt, endedAt }) => endedAt!.getTime() - startedAt!.getTime())
  expect(tookMs).toEqual(Array.from({ length: 9 }, () => 3000))
})

it('refuses twelve orders at the first attempt, and still takes their goods from stock', () => {
  const failed = orders.filter(({ state }) => state === 'failed')
  expect(failed).toHaveLength(12)
  for (const status of failed) {
    expect(findRun(status, takePayment)).toMatchObject({
      state: 'failed',
      attempts: 1,
      error: { code: 'non_retryable' },
    })
    expect(findRun(status, takeFromStock)).toMatchObject({ state: 'completed', output: { lines: 1 } })
  }
})

it('reports every shop every evening, and the reports match the figures of the jobs', async () => {
  const reports = await figuresOfReports(days.engine.client)
  expect(reports.count).toBe(14)
  expect(findMismatches({ byJobs: figures, byFile: figuresOfFile(days.lines), byReports: reports.byShop })).toEqual([])
})

it('sends a confirmation for each paid order of a known customer, and a follow-up a day later', async () => {
  const mails = await outbox.delivered()
  const ofType = (type: string) => mails.filter((mail) => mail.type === type)
  expect(ofType('order_confirmation')).toHaveLength(258)
  expect(ofType('order_followup')).toHaveLength(121)
  const waiting = await days.engine.client.listJobs({ event: 'email.send', state: 'scheduled', limit: 1000 })
  expect(waiting.jobs).toHaveLength(258 - 121)
})
