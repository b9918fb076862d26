import { createJobClient, defineJob } from '@cgk-platform/jobs'

const greet = defineJob({
  id: 'greet',
  event: 'order.created',
  handler: ({ payload }) => `Thanks for ${payload.orderId}`,
})

export async function POST(): Promise<Response> {
  const client = createJobClient({ provider: 'local', jobs: [greet] })
  const job = await client.sendJob('order.created', { tenantId: 'tenant_1', orderId: 'order_1' })
  const { state, runs } = await client.waitForJob(job.id, { timeout: '30s' })
  await client.close()
  return Response.json([state, runs[0]?.output])
}
