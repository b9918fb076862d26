import { createJobClient } from '@cgk-platform/jobs'
import type { LoopbackServer } from '@cgk-platform/jobs-trigger/loopback'
import { TriggerClient } from '@trigger.dev/sdk'

/** One way to have a job on Trigger.dev. */
export interface Contender {
  /** The runs that it takes, the first of which the sender is told of. */
  readonly runs: number
  /** How many of them make an attempt of a job: those that are not there only to make others. */
  readonly attempts: number
  /** Sends one event; answers the id of its first run. */
  send(): Promise<string>
}

const tenantId = 'tenant-1'
const track = { event: 'Product Viewed', userId: 'user-1' }
const view = { url: 'https://shop.example/', userId: 'user-1' }

/** The SDK alone, and what this library makes of a job with one definition, with a key, and with two definitions. */
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
