import { createJobClient } from '@cgk-platform/jobs/inngest'

export async function POST(): Promise<Response> {
  const client = createJobClient({ provider: 'inngest' })
  const job = await client.sendJob('order.created', { tenantId: 'tenant_1', orderId: 'order_1' })
  const { state, runs } = await client.waitForJob(job.id, { timeout: '30s' })
  await client.close()
  return Response.json([state, runs[0]?.output])
}
