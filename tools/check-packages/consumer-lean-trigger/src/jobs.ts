import {
  defineEvents,
  defineJob,
  eventType,
  type JobContext,
  type JobPayload,
  type RetryConfig,
} from '@cgk-platform/jobs-trigger'

interface ParcelPacked {
  tenantId: string
  parcelId: string
  grams: number
}

declare module '@cgk-platform/jobs-trigger' {
  interface JobEvents {
    'parcel.packed': ParcelPacked
  }
}

defineEvents({ 'parcel.packed': eventType<ParcelPacked>() })

const retry: RetryConfig = { maxAttempts: 2, backoff: 'fixed', initialDelay: 100, maxDelay: '1m' }
const label = ({ parcelId }: JobPayload<'parcel.packed'>, { tenantId }: JobContext): string => `${tenantId}/${parcelId}`

export const weigh = defineJob({
  id: 'weigh',
  event: 'parcel.packed',
  retry,
  providerOptions: { 'trigger.dev': { machine: 'small-1x' } },
  handler: async ({ payload }, context) => {
    if (context.attempt === 1) throw new Error('The scales are busy.')
    return { label: label(payload, context), kilograms: payload.grams / 1000 }
  },
})
