// Sends the orders and refunds of a trading day, or the first few, and prints the outcome of each.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { findRun, getJobClient, type JobStatus, sendJobs, waitForJob } from '@cgk-platform/jobs'
import { readInvoiceLines } from 'storefront/invoice-lines'
import { payBack, takePayment } from 'storefront/jobs'
import { formatPounds } from 'storefront/money'
import { toShopEvents } from 'storefront/orders'

const file = fileURLToPath(import.meta.resolve('storefront/data/online-retail-2010-12-01.csv'))
const day = '2010-12-01'
const [limit = Infinity] = process.argv.slice(2).map(Number)

const invoices = readInvoiceLines(readFileSync(file, 'utf8')).filter(({ date }) => date.startsWith(day))
const items = toShopEvents(invoices)
  .slice(0, limit)
  .map(({ item }) => item)

const results = await sendJobs(items)
const jobs = results.flatMap((result) => (result.ok ? [result.job] : []))
const failed = results.find(({ ok }) => !ok)
if (failed?.ok === false) {
  console.error(failed.error.message)
  process.exit(1)
}
const duplicates = jobs.filter(({ deduplicated }) => deduplicated).length
console.log(
  `${jobs.length} orders and refunds of ${day}${duplicates > 0 ? `, ${duplicates} of which had been sent before` : ''}`,
)

const sum = { paid: 0, sales: 0, declines: 0, failed: 0, refunds: 0, refunded: 0 }
for (const [index, { id, tenantId }] of jobs.entries()) {
  const status = await waitForJob(id, { timeout: '5m' })
  console.log(`${items[index]!.payload.orderId.padEnd(8)} ${tenantId.padEnd(15)} ${outcomeOf(status)}`)
}
console.log(
  `${sum.paid} paid, ${formatPounds(sum.sales)}, after ${sum.declines} declines; ${sum.failed} failed; ` +
    `${sum.refunds} refunded, ${formatPounds(sum.refunded)}`,
)
await getJobClient().close()

/** Describes the outcome of an order or a refund, and counts it. */
function outcomeOf(status: JobStatus): string {
  const payment = findRun(status, takePayment)
  if (payment?.output) {
    sum.paid += 1
    sum.sales += payment.output.amount
    sum.declines += payment.attempts - 1
    return `${formatPounds(payment.output.amount)} paid${payment.attempts > 1 ? ` in attempt ${payment.attempts}` : ''}`
  }
  const refund = findRun(status, payBack)
  if (refund?.output) {
    sum.refunds += 1
    sum.refunded += refund.output.amount
    return `${formatPounds(refund.output.amount)} refunded`
  }
  sum.failed += 1
  return `${status.state}: ${payment?.error?.message ?? refund?.error?.message ?? 'no job handles it'}`
}
