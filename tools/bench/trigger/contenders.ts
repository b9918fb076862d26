import { createJobClient } from '@cgk-platform/jobs'
import type { LoopbackServer } from '@cgk-platform/trigger-loopback'
import { TriggerClient } from '@trigger.dev/sdk'

/** A way to run a job on Trigger.dev. */
export interface Contender {
  /** Number of Trigger.dev runs for one job. The send returns the id of the first one. */
  readonly runs: number
  /** Number of those runs that call a handler. The others only start runs. */
  readonly attempts: number
  /** Sends one event. Returns the id of its first run. */
  send(): Promise<string>
}

const tenantId = 'tenant-1'
const track = { event: 'Product Viewed', userId: 'user-1' }
const view = { url: 'https://shop.example/', userId: 'user-1' }

/** Creates the contenders: the SDK alone, and jobs of this library with one definition, a key, and two definitions. */
export function createContenders({ url, secretKey }: LoopbackServer) {
  const sdk = new TriggerClient({ baseURL: url, secretKey })
  const client = createJobClient({ provider: 'trigger.dev', config: { apiUrl: url, apiKey: secretKey }, jobs: [] })
  let keys = 0
  return {
    raw: { runs: 1, attempts: 1, send: async () => (await sdk.tasks.trigger('raw', { tenantId, ...track })).id },
    one: {
      runs: 1,
      attempts: 1,
      send: async () => (await client.sendJob('analytics.track', { tenantId, ...track })).id,
    },
    keyed: {
      runs: 2,
      attempts: 1,
      async send() {
        const idempotencyKey = `key-${keys++}`
        return (await client.sendJob('analytics.track', { tenantId, ...track }, { idempotencyKey })).id
      },
    },
    two: {
      runs: 3,
      attempts: 2,
      send: async () => (await client.sendJob('analytics.page_view', { tenantId, ...view })).id,
    },
  } satisfies Record<string, Contender>
}
