// Hosts jobs on Inngest through the facade. Also checks that the declarations match those of Inngest's SDK.
import { createInngestFunctions, defineJob, type InngestConfig } from '@cgk-platform/jobs/inngest'

const ship = defineJob({
  id: 'ship',
  event: 'order.created',
  handler: ({ payload }) => payload.orderId,
  providerOptions: { inngest: { throttle: { limit: 10, period: '1m', key: 'event.data.tenantId' } } },
})

export function functionsOf(client: NonNullable<InngestConfig['client']>): { id(): string }[] {
  return createInngestFunctions({ client, jobs: [ship] })
}

defineJob({
  id: 'rejected-on-inngest',
  event: 'order.created',
  handler: () => undefined,
  // @ts-expect-error an option that would break a guarantee of the library
  providerOptions: { inngest: { debounce: { period: '5s' } } },
})
