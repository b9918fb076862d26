// A task of the SDK alone, and jobs of this library. All of them return the time of their start.
import { defineJob, defineWorkflow } from '@cgk-platform/jobs'
import { createTriggerTasks } from '@cgk-platform/jobs/trigger/tasks'
import { task } from '@trigger.dev/sdk'

const returnStart = async (): Promise<{ startedAt: number }> => ({
  startedAt: performance.timeOrigin + performance.now(),
})

export const raw = task({ id: 'raw', run: returnStart })

createTriggerTasks({
  jobs: [
    defineJob({ id: 'track', event: 'analytics.track', handler: returnStart }),
    defineJob({ id: 'count', event: 'analytics.page_view', handler: returnStart }),
    // Workflows can wait for any event, so each job looks for waits.
    defineWorkflow({ id: 'ship', event: 'order.created', steps: () => undefined }),
    defineJob({ id: 'sum', event: 'analytics.page_view', handler: returnStart }),
  ],
})
