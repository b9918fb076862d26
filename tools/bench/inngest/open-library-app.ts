import { createJobClient, defineJob } from '@cgk-platform/jobs'
import { createInngestFunctions } from '@cgk-platform/jobs/inngest'
import type { Inngest } from 'inngest'

import { type BenchApp, openBenchApp, quiet } from './bench-app.ts'

/** Opens an app with a job of this library: sent by a client of the facade, validated by its schema. */
export function openLibraryApp(client: Inngest.Any): Promise<BenchApp> {
  return openBenchApp(client, (onStarted) => {
    const job = defineJob({ id: 'no-op', event: 'analytics.track', handler: async () => onStarted() })
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
        const failed = (await jobs.sendJobs(items)).find(({ ok }) => !ok)
        if (failed && !failed.ok) throw failed.error
      },
    }
  })
}
