import { createInngestFunctions, defineJob } from '@cgk-platform/jobs/inngest'
import { Inngest } from 'inngest'
import { serve } from 'inngest/next'

const greet = defineJob({
  id: 'greet',
  event: 'order.created',
  handler: ({ payload }) => `Thanks for ${payload.orderId}`,
})
const client = new Inngest({ id: 'jobs' })

export const { GET, POST, PUT } = serve({ client, functions: createInngestFunctions({ client, jobs: [greet] }) })
