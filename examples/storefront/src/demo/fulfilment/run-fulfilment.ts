import { readFileSync } from 'node:fs'

import { fulfilOrder } from '../../fulfil-order.ts'
import { gateway } from '../../gateway.ts'
import { readInvoiceLines } from '../../invoice-lines.ts'
import { sendEmail } from '../../jobs.ts'
import { createStage } from '../create-stage.ts'
import { namedServer } from '../named-server.ts'
import type { DemoOptions } from '../options.ts'
import type { Screen } from '../screen.ts'
import { StageError } from '../stage.ts'
import { endOf } from './end.ts'
import { fulfilmentFaults } from './fulfilment-faults.ts'
import { ordersOfFirstDay } from './order.ts'
import { playFulfilment } from './play-fulfilment.ts'
import { showFulfilment } from './show-fulfilment.ts'

const file = new URL('../../../data/online-retail-2010-12-01.csv', import.meta.url)

/** Fulfils the orders of a day and shows how they ended; false when one ended wrong or a penny is missing. */
export async function runFulfilment(
  options: Pick<DemoOptions, 'provider' | 'realTime'>,
  screen: Screen,
): Promise<boolean> {
  if (options.provider === 'inngest' && namedServer(process.env) !== undefined)
    throw new StageError(
      'The fulfilment takes days, and time is real on a server: unset INNGEST_BASE_URL and INNGEST_DEV.',
    )
  const orders = ordersOfFirstDay(readInvoiceLines(readFileSync(file, 'utf8')))
  const jobs = [fulfilOrder, sendEmail]
  const { client, description, passTo, close } = await createStage(
    options,
    { startAt: orders[0]!.placedAt, jobs },
    screen,
  )
  try {
    screen.bold(
      'The orders of one day of a real shop, each fulfilled by a workflow: paid, packed, delivered or compensated.',
    )
    screen.line(description)
    const before = (await gateway.books()).length // not nothing where STOREFRONT_DATA names a folder
    const accepted = await playFulfilment({ client, passTo: passTo! }, orders, screen)
    const statuses = await Promise.all(accepted.map(({ job }) => client.getJobStatus(job.id)))
    const ended = accepted.map((order, index) => ({ order, end: endOf(statuses[index]!) }))
    const books = (await gateway.books()).slice(before)
    const faults = fulfilmentFaults(ended, books)
    screen.line()
    showFulfilment(ended, books, faults, screen)
    return faults.length === 0
  } finally {
    await close()
  }
}
