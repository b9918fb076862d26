import { defineJob, type JobContext, sendJob } from '@cgk-platform/jobs-core'

import { createTriggerTasks } from '../../../../src/tasks.ts'
import { record, perform } from '../perform.ts'
import '../scripts.ts'
import type { Script } from '../scripts.ts'

const handler = ({ payload }: { payload: Script }, { signal, tenantId }: JobContext): Promise<unknown> =>
  perform(payload, {
    signal,
    send: async () => (await sendJob('script.unhandled', { tenantId, does: 'take time' }, { delay: '1h' })).id,
  })
const onFailure = (_error: unknown, _event: unknown, { runId }: JobContext): void => record(`job failed ${runId}`)
const retry = { maxAttempts: 3, backoff: 'fixed', initialDelay: 20 } as const

const jobs = [
  defineJob({ id: 'script', event: 'script.asked', retry, handler, onFailure }),
  defineJob({ id: 'first', event: 'script.asked-of-two', retry, handler }),
  defineJob({ id: 'second', event: 'script.asked-of-two', retry, handler }),
  defineJob({ id: 'limited', event: 'script.asked-one-by-one', concurrency: 1, handler }),
  defineJob({ id: 'patient', event: 'script.asked-patiently', retry: { ...retry, initialDelay: '20s' }, handler }),
  defineJob({ id: 'like', event: 'scriptasked', handler }),
]

createTriggerTasks({ jobs })
