import { readFileSync } from 'node:fs'

import { fulfilOrder } from '../../fulfil-order.ts'
import { gateway } from '../../gateway.ts'
import { readInvoiceLines } from '../../invoice-lines.ts'
import { sendEmail } from '../../jobs.ts'
import { createDemoEngine, type EngineChoice } from '../create-demo-engine.ts'
import { configuredInngestServer } from '../inngest-server.ts'
import type { Screen } from '../screen.ts'
import { DemoEngineError } from '../demo-engine.ts'
import { outcomeOf } from './order-outcome.ts'
import { findFulfilmentMismatches } from './find-fulfilment-mismatches.ts'
import { ordersOfFirstDay } from './order.ts'
import { simulateFulfilment } from './simulate-fulfilment.ts'
import { showFulfilment } from './show-fulfilment.ts'

const file = new URL('../../../data/online-retail-2010-12-01.csv', import.meta.url)

/** Fulfils the orders of a day and shows the outcomes. Returns false if an outcome or an amount is wrong. */
export async function runFulfilment(options: EngineChoice, screen: Screen): Promise<boolean> {
  if (options.provider === 'inngest' && configuredInngestServer(process.env) !== undefined)
    throw new DemoEngineError(
      'The fulfilment takes days, and a server runs in real time: unset INNGEST_BASE_URL and INNGEST_DEV.',
    )
  const orders = ordersOfFirstDay(readInvoiceLines(readFileSync(file, 'utf8')))
  const jobs = [fulfilOrder, sendEmail]
  const { client, description, advanceTo, close } = await createDemoEngine(
    options,
    { startAt: orders[0]!.placedAt, jobs },
    screen,
  )
  try {
    screen.bold(
      'The orders of one day of a real shop, each fulfilled by a workflow: paid, packed, delivered or compensated.',
    )
    screen.line(description)
    const before = (await gateway.books()).length // earlier bookings, if STOREFRONT_DATA is set
    const accepted = await simulateFulfilment({ client, advanceTo: advanceTo! }, orders, screen)
    const statuses = await Promise.all(accepted.map(({ job }) => client.getJobStatus(job.id)))
    const ended = accepted.map((order, index) => ({ order, result: outcomeOf(statuses[index]!) }))
    const books = (await gateway.books()).slice(before)
    const mismatches = findFulfilmentMismatches(ended, books)
    screen.line()
    showFulfilment(ended, books, mismatches, screen)
    return mismatches.length === 0
  } finally {
    await close()
  }
}
