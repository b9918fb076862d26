import { type Definition, defineJob } from '@cgk-platform/jobs'

import type { Incident } from './plan-incident.ts'

/** The journal of the shop, with which the pages must agree. */
export class IncidentJournal {
  /** True since the deploy, until it is repaired. */
  isBroken = false
  /** The orders that were charged. */
  readonly charged = new Set<string>()
  /** The orders whose payment failed, and was not made up for. */
  readonly refused = new Set<string>()
}

/** The jobs of the shop, without the one whose worker is gone. */
export function createIncidentJobs(incident: Incident, journal: IncidentJournal): readonly Definition[] {
  const { failing, throttled, paused } = incident
  return [
    defineJob({
      id: failing.definitionId,
      event: 'order.created',
      retry: { maxAttempts: 1 },
      handler: ({ payload: { tenantId, orderId } }) => {
        if (journal.isBroken && tenantId === failing.tenantId) {
          journal.refused.add(orderId)
          throw new Error(failing.error.replace('#', orderId))
        }
        journal.refused.delete(orderId)
        journal.charged.add(orderId)
      },
    }),
    defineJob({
      id: throttled.definitionId,
      event: 'order.fulfilled',
      throttle: { limit: 1, period: '1h', key: 'tenantId' },
      handler: () => undefined,
    }),
    defineJob({ id: paused.definitionId, event: 'order.delivered', handler: () => undefined }),
  ]
}

/** The job whose worker will be gone: it never ends. */
export function createJobOfGoneWorker({ gone }: Incident): Definition {
  return defineJob({
    id: gone.definitionId,
    event: 'order.refunded',
    concurrency: 1,
    handler: async (_event, { signal }) => {
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve, { once: true })
      })
      throw signal.reason
    },
  })
}
