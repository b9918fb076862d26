import type { OpenedDashboard } from './open-dashboard.ts'

/** Sends orders whose job `confirm-order` fails, and returns the ids of the jobs. The workflow of each gives up waiting. */
export async function failOrders({ engine }: OpenedDashboard, count: number): Promise<string[]> {
  const handles = []
  for (let index = 0; index < count; index++) {
    handles.push(await engine.client.sendJob('shop.ordered', { tenantId: 'acme', orderId: String(index), fails: true }))
  }
  await engine.advance('8d')
  return handles.map(({ id }) => id)
}
