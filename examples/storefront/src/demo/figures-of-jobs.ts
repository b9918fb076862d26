import { findRun, type JobHandle, type JobStatus } from '@cgk-platform/jobs'

import { payBack, returnToStock, sendEmail, takeFromStock, takePayment } from '../jobs.ts'
import type { Stage } from './stage.ts'
import { type Contribution, type Figures, type FiguresByShop, tally } from './figures.ts'

/** What the jobs of the orders and refunds came to. */
export interface Outcome {
  readonly byShop: FiguresByShop
  /** The jobs of the mails that are due a day later. */
  readonly followUpIds: readonly string[]
}

/**
 * Waits for the jobs and counts what their runs answered. It asks the engine alone, so that it counts right wherever
 * the handlers ran.
 */
export async function figuresOfJobs(
  stage: Pick<Stage, 'client' | 'declinesOf'>,
  handles: readonly JobHandle[],
  onProgress: (ended: number) => void,
): Promise<Outcome> {
  const { client } = stage
  const contributions: Contribution[] = []
  const followUpIds: string[] = []
  for (const { id, tenantId } of handles) {
    const status = await client.waitForJob(id, { timeout: '10m' })
    const figures =
      status.event === 'order.created' ? await figuresOfOrder(stage, status, followUpIds) : figuresOfRefund(status)
    contributions.push({ tenantId, figures })
    onProgress(contributions.length)
  }
  return { byShop: tally(contributions), followUpIds }
}

async function figuresOfOrder(
  { client, declinesOf }: Pick<Stage, 'client' | 'declinesOf'>,
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
