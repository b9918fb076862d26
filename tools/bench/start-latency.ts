import { createJobClient, defineJob } from '@cgk-platform/jobs'

import { median, quantile } from './median.ts'
import type { BenchRow } from './bench-row.ts'

const sends = 2000

/** From the call of `sendJob` to the first line of the handler, one job at a time. */
export async function startLatency(): Promise<BenchRow[]> {
  let started = (): void => undefined
  const job = defineJob({ id: 'latency', event: 'analytics.track', handler: async () => started() })
  const client = createJobClient({ provider: 'local', jobs: [job] })
  const microseconds: number[] = []
  for (let index = 0; index < sends; index++) {
    const handled = new Promise<void>((resolve) => (started = resolve))
    const began = performance.now()
    await Promise.all([client.sendJob('analytics.track', { tenantId: 'acme', event: 'Product Viewed' }), handled])
    microseconds.push((performance.now() - began) * 1000)
  }
  await client.close()
  return [
    {
      what: `sendJob to the handler, ${sends} one by one`,
      figure: `${median(microseconds).toFixed(0)} µs`,
      detail: `p99 ${quantile(microseconds, 0.99).toFixed(0)} µs`,
    },
  ]
}
