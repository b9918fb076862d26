import type { Inngest } from 'inngest'

import { type BenchApp, openBenchApp } from './bench-app.ts'

/** The same work with the SDK alone: a function and `client.send`. */
export function openRaw(client: Inngest.Any): Promise<BenchApp> {
  return openBenchApp(client, (onBegun) => ({
    functions: [
      client.createFunction({ id: 'no-op', triggers: [{ event: 'raw/analytics.track' }] }, async () => onBegun()),
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
