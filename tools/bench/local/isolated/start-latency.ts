import { createJobClient, defineJob } from '@cgk-platform/jobs'
import { payloadOf } from 'bench-peers/contender'

import { quantile } from '../../statistics.ts'

// Measures the time from the call of `sendJob` to the first line of the handler, in microseconds. The engine is idle: the
// job before has ended and is recorded. Without that, jobs share a turn of the event loop, until one waits for their slots.
const sends = 5_000
let started = (): void => undefined
const job = defineJob({ id: 'latency', event: 'analytics.track', handler: async () => started() })
const client = createJobClient({ provider: 'local', jobs: [job] })

async function round(): Promise<{ p50: number; p99: number }> {
  const microseconds: number[] = []
  for (let index = 0; index < sends; index++) {
    let startedAt = 0
    const handled = new Promise<void>((resolve) => {
      started = () => {
        startedAt = performance.now()
        resolve()
      }
    })
    const sentAt = performance.now()
    const [{ id }] = await Promise.all([client.sendJob('analytics.track', payloadOf(index)), handled])
    microseconds.push((startedAt - sentAt) * 1000)
    await client.waitForJob(id)
  }
  return { p50: quantile(microseconds, 0.5), p99: quantile(microseconds, 0.99) }
}

await round() // warm-up
const rounds: { p50: number; p99: number }[] = []
for (let count = 0; count < 5; count++) rounds.push(await round())
await client.close()
console.log(JSON.stringify(rounds))
