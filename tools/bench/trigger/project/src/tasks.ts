// A task made with the SDK alone, and jobs of this library, which do the same: they tell when they began.
import { defineJob } from '@cgk-platform/jobs'
import { createTriggerTasks } from '@cgk-platform/jobs/trigger/tasks'
import { task } from '@trigger.dev/sdk'

const begun = async (): Promise<{ begunAt: number }> => ({ begunAt: performance.timeOrigin + performance.now() })

export const raw = task({ id: 'raw', run: begun })

createTriggerTasks({
  jobs: [
    defineJob({ id: 'track', event: 'analytics.track', handler: begun }),
    defineJob({ id: 'count', event: 'analytics.page_view', handler: begun }),
    defineJob({ id: 'sum', event: 'analytics.page_view', handler: begun }),
  ],
})
