import { findRun, type JobHandle, type JobStatus } from '@cgk-platform/jobs'

import { payBack, returnToStock, sendEmail, takeFromStock, takePayment } from '../jobs.ts'
import type { DemoEngine } from './demo-engine.ts'
import { type Contribution, type Figures, type FiguresByShop, tally } from './figures.ts'

/** The figures of the orders' and refunds' jobs. */
export interface JobFigures {
  readonly byShop: FiguresByShop
  /** The ids of the jobs that send a follow-up mail a day later. */
  readonly followUpIds: readonly string[]
}

/**
 * Waits for the jobs and counts their outputs. It reads only from the engine, so the figures do not depend on where the
 * handlers ran.
 */
export async function figuresOfJobs(
  engine: Pick<DemoEngine, 'client' | 'declinesOf'>,
  handles: readonly JobHandle[],
  onProgress: (ended: number) => void,
): Promise<JobFigures> {
  const { client } = engine
  const contributions: Contribution[] = []
  const followUpIds: string[] = []
  for (const { id, tenantId } of handles) {
    const status = await client.waitForJob(id, { timeout: '10m' })
    const figures =
      status.event === 'order.created' ? await figuresOfOrder(engine, status, followUpIds) : figuresOfRefund(status)
    contributions.push({ tenantId, figures })
    onProgress(contributions.length)
  }
  return { byShop: tally(contributions), followUpIds }
}

async function figuresOfOrder(
  { client, declinesOf }: Pick<DemoEngine, 'client' | 'declinesOf'>,
  status: JobStatus,
  followUpIds: string[],
): Promise<Partial<Figures>> {
  const payment = findRun(status, takePayment)
  const goods = findRun(status, takeFromStock)
  const order = { orders: 1, lines: goods?.output?.lines ?? 0 }
  if (payment?.error?.code === 'non_retryable' && (payment.attempts === 1 || declinesOf))
    return { ...order, refused: 1 }
  if (payment?.state !== 'completed' || !payment.output) return order

  const { orderId, amount } = payment.output
  const declines = declinesOf ? await declinesOf(`${status.tenantId}/${orderId}`) : payment.attempts - 1
  const paid = { ...order, sales: amount, declines }
  if (!('followUpId' in payment.output)) return paid
  const { confirmationId, followUpId } = payment.output
  followUpIds.push(followUpId)
  const confirmation = await client.waitForJob(confirmationId, { timeout: '10m' })
  return { ...paid, confirmations: findRun(confirmation, sendEmail)?.state === 'completed' ? 1 : 0 }
}

function figuresOfRefund(status: JobStatus): Partial<Figures> {
  const lines = findRun(status, returnToStock)?.output?.lines ?? 0
  return { refunds: 1, refunded: findRun(status, payBack)?.output?.amount ?? 0, lines }
}
