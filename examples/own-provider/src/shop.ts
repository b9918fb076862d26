import { createJobClient, defineJob, findRun } from '@cgk-platform/jobs-core'

import './index.ts' // registers the engine

const thank = defineJob({
  id: 'thank',
  event: 'order.created',
  retry: { initialDelay: 100 },
  providerOptions: { fastq: { workers: 2 } },
  handler({ payload }, { attempt }) {
    if (attempt === 1) throw new Error('The mail server is busy.')
    return `Thanks for ${payload.orderId} (attempt ${attempt}).`
  },
})

const client = createJobClient({ provider: 'fastq', config: { workers: 4 }, jobs: [thank] })
const job = await client.sendJob('order.created', { tenantId: 'tenant_123', orderId: 'order_1' })
const status = await client.waitForJob(job.id)
console.log(status.state, findRun(status, thank)?.output)

const problem = await client.listJobs().catch((error: Error) => error.message)
console.log(problem)
await client.close()
