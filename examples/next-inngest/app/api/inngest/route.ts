import { createInngestFunctions } from '@cgk-platform/jobs/inngest'
import { Inngest } from 'inngest'
import { serve } from 'inngest/next'
import { fulfilOrder } from 'storefront/fulfil-order'
import * as jobs from 'storefront/jobs'

const client = new Inngest({ id: 'jobs' })

export const { GET, POST, PUT } = serve({
  client,
  functions: createInngestFunctions({ client, jobs: [...Object.values(jobs), fulfilOrder] }),
})
