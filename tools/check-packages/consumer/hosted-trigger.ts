// Hosts jobs on Trigger.dev through the facade. Also checks that the declarations match those of Trigger.dev's SDK.
import { defineJob } from '@cgk-platform/jobs/trigger'
import { createTriggerTasks } from '@cgk-platform/jobs/trigger/tasks'

const ship = defineJob({
  id: 'ship',
  event: 'order.created',
  handler: ({ payload }) => payload.orderId,
  providerOptions: { 'trigger.dev': { machine: 'small-2x' } },
})

export const taskIds: readonly string[] = createTriggerTasks({ jobs: [ship] }).map(({ id }) => id)

defineJob({
  id: 'rejected-on-trigger',
  event: 'order.created',
  handler: () => undefined,
  // @ts-expect-error an option that would break a guarantee of the library
  providerOptions: { 'trigger.dev': { maxDuration: 60 } },
})
