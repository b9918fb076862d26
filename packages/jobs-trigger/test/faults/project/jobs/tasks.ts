import { AsyncLocalStorage } from 'node:async_hooks'

import { defineCronJob, defineJob, type JobContext, sendJob } from '@cgk-platform/jobs-core'
import { toErrorInfo } from '@cgk-platform/jobs-core/provider'
import { metadata } from '@trigger.dev/sdk'

import { createTriggerTasks } from '../../../../src/tasks.ts'
import { record, waitForGate } from '../../../kit/journal.ts'
import type { HandlerScript } from '../handler-script.ts'
import '../events.ts'
import { journalLogger } from '../journal-logger.ts'

const store = new AsyncLocalStorage<string>()
const retry = { maxAttempts: 2, backoff: 'fixed', initialDelay: 100 } as const

const idsOf = ({ jobId, runId, tenantId, attempt, maxAttempts }: JobContext) => ({
  jobId,
  runId,
  tenantId,
  attempt,
  maxAttempts,
})

async function perform(act: HandlerScript, context: JobContext): Promise<unknown> {
  const ids = idsOf(context)
  record('handled', { ...ids, stored: store.getStore(), metadata: metadata.current() })
  context.signal.addEventListener('abort', () => record('aborted', ids))
  if (act.litters) litter(context)
  if (act.gate !== undefined) await waitForGate(act.gate, context.signal)
  if (act.exitIn?.includes(context.attempt)) process.exit(3)
  if (act.throwIn?.includes(context.attempt)) throw new Error(`attempt ${context.attempt}`)
  context.logger.info('A line of the handler.')
  if (!act.sends) return 'done'
  return sendJob('work.followed', { tenantId: context.tenantId, number: 1 }).catch((error: unknown) => {
    const { accepted } = error as { accepted?: string }
    record('notSent', { ...ids, accepted, ...toErrorInfo(error), stack: undefined })
    throw error
  })
}

/** Leaves a context, metadata and timers behind. */
function litter(context: JobContext): void {
  store.enterWith(context.tenantId)
  metadata.set('litter', context.tenantId)
  setTimeout(() => context.logger.warn('A late line.'), 300)
  setTimeout(() => void sendJob('work.followed', { tenantId: context.tenantId, data: { late: true } }), 300)
}

const work = defineJob({
  id: 'work',
  event: 'work.asked',
  retry,
  handler: ({ payload }, context) => perform((payload.data ?? {}) as HandlerScript, context),
  onFailure: (error, _event, context) =>
    record('onFailure', { ...idsOf(context), ...toErrorInfo(error), stack: undefined }),
})

const counted = defineJob({
  id: 'counted',
  event: 'work.counted',
  retry,
  handler({ payload, sentAt }, context) {
    record('handled', { ...idsOf(context), payload, sentAt })
    return payload.number ?? null
  },
  onFailure: (error, { payload }, context) =>
    record('onFailure', { ...idsOf(context), payload, ...toErrorInfo(error), stack: undefined }),
})

const followed = defineJob({
  id: 'followed',
  event: 'work.followed',
  handler: (_event, context) => record('handled', idsOf(context)),
})

const sweep = defineCronJob({
  id: 'sweep',
  schedule: '0 0 1 1 *',
  handler: ({ scheduledAt, ...context }) => record('handled', { ...idsOf(context), scheduledAt }),
})

createTriggerTasks({ jobs: [work, counted, followed, sweep], logger: journalLogger })
