import { createLoopbackEngine, type LoopbackEngine } from '@cgk-platform/inngest-loopback'
import { createJobClient } from '@cgk-platform/jobs'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { chromiumOptions } from '../../../chromium-options.ts'
import { openOrderPage, type OrderPage } from './order-page.ts'
import { type RunningApp, startApp } from './run-app.ts'

let browser: Browser
let engine: LoopbackEngine
let app: RunningApp
let orders: OrderPage

beforeAll(async () => {
  browser = await chromium.launch(chromiumOptions()) // first, because a machine may have none
  engine = await createLoopbackEngine()
  app = await startApp({ INNGEST_DEV: engine.url })
  await engine.sync(`${app.url}/api/inngest`)
  orders = await openOrderPage(browser, app.url)
})

afterAll(async () => {
  await browser?.close()
  await app?.close()
  await engine?.close()
})

test('completes an order with a run for the payment and one for the stock', async () => {
  const order = await orders.place('It works')
  await order.reaches('completed')
  expect(await order.runs()).toEqual({ 'take-payment': 'completed', 'take-from-stock': 'completed' })
})

test('places one order if the form is submitted twice', async () => {
  const before = await orders.count()
  await orders.placeTwice('It works')
  await orders.reload()
  expect(await orders.count()).toBe(before + 1)
})

test('shows the time of the next attempt of an order that fails twice, and completes it', async () => {
  const order = await orders.place('Fails twice, then works')
  await order.says(/Next attempt at \d\d:\d\d:\d\d/)
  await order.reaches('completed')
  expect(await order.attempts('take-payment')).toEqual(['failed', 'failed', 'completed', 'not started'])
})

test('completes a failed order after a retry', async () => {
  const order = await orders.place('Fails until you retry')
  await order.reaches('failed')
  await order.says(/The bank asks to try again later/)
  await order.press('Retry')
  await order.reaches('completed')
  expect(await order.says('manual retry')).toBe(true)
})

test('fails an order that cannot be paid in its first attempt', async () => {
  const order = await orders.place('Always fails')
  await order.reaches('failed')
  expect(await order.attempts('take-payment')).toEqual(['failed', 'not started', 'not started', 'not started'])
})

test('cancels a delayed order', async () => {
  const order = await orders.place('Starts in a minute')
  await order.reaches('scheduled')
  await order.press('Cancel')
  await order.reaches('cancelled')
})

test('does not find the job of another shop', async () => {
  const client = createJobClient({ provider: 'inngest', config: { eventKey: 'loopback', baseUrl: engine.url } })
  const job = await client.sendJob('order.created', { tenantId: 'norway', orderId: 'theirs' })
  await client.waitForJob(job.id, { timeout: '10s' })
  expect((await fetch(`${app.url}/api/jobs/${job.id}`)).status).toBe(404)
  await client.close()
})

test('shows the current state of each order, also after a reload', async () => {
  await orders.reload()
  const order = await orders.place('Fails twice, then works')
  await order.says(/Next attempt at/)
  await orders.photograph('order-page.png')
  const [, ...before] = await orders.states()
  expect(before).toEqual(['cancelled', 'failed', 'completed', 'completed', 'completed', 'completed'])
  expect(orders.consoleErrors()).toEqual([])
})
