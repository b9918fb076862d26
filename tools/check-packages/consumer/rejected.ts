// Code of the same app that must not compile.
import { createJobClient, defineJob, defineWorkflow, type JobEvent, scheduleJob, sendJob } from '@cgk-platform/jobs'
import { insure } from './program.js'

// @ts-expect-error an undeclared event
export const unknownEvent: JobEvent = 'parcel.lost'

// @ts-expect-error no tenant
await sendJob('order.created', { orderId: 'o1' })
// @ts-expect-error no tenant in an event of the app
await sendJob('parcel.packed', { parcelId: 'p1', grams: 1 })
// @ts-expect-error a field of the built-in event that the app has replaced
await sendJob('email.send', { tenantId: 't', type: 'welcome', recipientEmail: 'a@example.com' })
// @ts-expect-error a field of another type
await sendJob('parcel.packed', { tenantId: 't', parcelId: 'p1', grams: '1' })
// @ts-expect-error payloads are JSON: a sender passes the string that the schema converts to a Date
await sendJob('video.ready', { tenantId: 't', videoId: 'v1', readyAt: new Date() })
// @ts-expect-error neither a delay nor an instant
await scheduleJob('parcel.packed', { tenantId: 't', parcelId: 'p1', grams: 1 }, {})
// @ts-expect-error a duration without its unit
await scheduleJob('parcel.packed', { tenantId: 't', parcelId: 'p1', grams: 1 }, { delay: '24' })

// @ts-expect-error an engine that does not exist
createJobClient({ provider: 'cron.d' })
// @ts-expect-error another engine's settings
createJobClient({ provider: 'inngest', config: { apiUrl: 'https://example.com' } })

defineJob({
  id: 'rejected',
  event: 'parcel.packed',
  // @ts-expect-error a field that the payload does not have
  handler: ({ payload }) => payload.colour,
  // @ts-expect-error a backoff that does not exist
  retry: { backoff: 'fibonacci' },
})

defineWorkflow({
  id: 'rejected-workflow',
  event: 'parcel.packed',
  steps: async (_event, step) => {
    // @ts-expect-error a field that only one of the payloads has
    await step.waitForEvent('ready', 'video.ready', { match: 'grams', timeout: '1h' })
    // @ts-expect-error no timeout
    await step.waitForEvent('for-ever', 'video.ready', {})
    // @ts-expect-error a field of another type
    await step.sendEvent('tell', 'parcel.packed', { parcelId: 'p1', grams: '1' })
    // @ts-expect-error a field of another type in a job without an event
    await step.runJob('insure', insure, { cents: '5000' })
  },
})
