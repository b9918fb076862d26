import type { Inngest } from 'inngest'

import { type BenchApp, openBenchApp } from './bench-app.ts'

/** Opens an app with the same job on the SDK alone: a function and `client.send`. */
export function openSdkApp(client: Inngest.Any): Promise<BenchApp> {
  return openBenchApp(client, (onStarted) => ({
    functions: [
      client.createFunction({ id: 'no-op', triggers: [{ event: 'raw/analytics.track' }] }, async () => onStarted()),
    ],
    async send(count) {
      const event = (index: number) => ({
        name: 'raw/analytics.track',
        data: { tenantId: `tenant-${index % 10}`, event: 'Product Viewed', userId: `user-${index}` },
      })
      await client.send(count === 1 ? event(0) : Array.from({ length: count }, (_, index) => event(index)))
    },
  }))
}
