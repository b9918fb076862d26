import { createJobClient, defineJob } from '@cgk-platform/jobs'
import { createInngestFunctions } from '@cgk-platform/jobs/inngest'
import type { Inngest } from 'inngest'

import { type BenchApp, openBenchApp, quiet } from './bench-app.ts'

/** A job of this library on Inngest, as an app has it: sent by a client of the facade, checked by its schema. */
export function openOurs(client: Inngest.Any): Promise<BenchApp> {
  return openBenchApp(client, (onBegun) => {
    const job = defineJob({ id: 'no-op', event: 'analytics.track', handler: async () => onBegun() })
    const jobs = createJobClient({ provider: 'inngest', config: { client }, jobs: [job], logger: quiet })
    return {
      functions: createInngestFunctions({ client, jobs: [job], logger: quiet }),
      async send(count) {
        const payload = (index: number) => ({
          tenantId: `tenant-${index % 10}`,
          event: 'Product Viewed',
          userId: `user-${index}`,
        })
        if (count === 1) return void (await jobs.sendJob('analytics.track', payload(0)))
        const items = Array.from({ length: count }, (_, index) => ({
          event: 'analytics.track' as const,
          payload: payload(index),
        }))
        const refused = (await jobs.sendJobs(items)).find(({ ok }) => !ok)
        if (refused && !refused.ok) throw refused.error
      },
    }
  })
}
