import {
  type CronContext,
  defineAlerts,
  defineCronJob,
  type Definition,
  NonRetryableError,
  type CronJobOptions,
} from '@cgk-platform/jobs-core'

import { definitionMiddleware } from './conformance-middleware.ts'
import { record } from './journal.ts'
import { isReleased, performScript, reportFailure } from './perform-script.ts'
import type { Script } from './script.ts'

/** The tenants of the suite's cron jobs. Runs of the second one fail. */
export const cronTenants = ['conformance-good', 'conformance-bad'] as const

/** The tenants of the cron job with `spread`. They start more than half a minute after the tick. Runs of the first take long. */
export const spreadTenants = ['conformance-one', 'conformance-three'] as const

/** Duration of a run that starts late in its period, so that it outlasts the next tick. */
const spreadRunMs = 40_000

/** Duration of the overlapping cron jobs: beyond the next tick, but not the one after. */
export const overlappingMs = 85_000

/** The job whose release in the journal makes the runs of the cron jobs short. */
const shortRuns = { jobId: 'runs of cron jobs' }

/** Ends the runs of the cron jobs as soon as they begin, once no case waits for ticks. */
export function shortenCronRuns(): void {
  const none = { definition: '', runId: '', attempt: 0, maxAttempts: 0, tenantId: '', details: {} }
  record({ ...none, ...shortRuns, kind: 'released' })
}

const everyMinute = '* * * * *'
/** No case takes so long. */
const leapDay = '0 0 29 2 *'
const morning = '* 0-11 * * *'

/** A zone twelve hours ahead of UTC all year, so that its mornings never coincide with those in UTC. */
const farZone = 'Asia/Kamchatka'

/** Time that a run of the cron job without ticks takes. */
const manualRunMs = 3000

/** The id of the suite's alerts. */
export const alertsId = 'conformance-alerts'

/** Defines alerts without ticks. They alert once a job of any case has failed. */
export function defineConformanceAlerts(): Definition {
  return defineAlerts({
    id: alertsId,
    schedule: leapDay,
    rules: [{ kind: 'failures', definitionId: 'conformance-once', share: 0, atLeast: 1, within: '1d' }],
    notify(message) {
      const none = { jobId: '', runId: '', attempt: 0, maxAttempts: 0, tenantId: '' }
      record({ ...none, kind: 'notified', definition: alertsId, details: { ...message } })
    },
  })
}

/** Defines the suite's cron jobs. They tick every minute, the shortest period of a five-field schedule. */
export function defineConformanceCronJobs(unitMs: number): Definition[] {
  const retry = { maxAttempts: 2, backoff: 'fixed', initialDelay: unitMs } as const
  return [
    defineScripted('cron', { returns: 'ticked' }, { retry, middleware: definitionMiddleware() }),
    defineScripted('cron-retried', { failure: { as: 'error' } }, { retry }),
    defineScripted('cron-tenants', {}, { retry, tenants: () => Promise.resolve([...cronTenants]) }),
    defineScripted('cron-morning', {}, { schedule: morning }),
    defineScripted('cron-far-morning', {}, { schedule: morning, timezone: farZone }),
    defineScripted('cron-skip', { waitMs: overlappingMs }, { overlap: 'skip' }),
    defineScripted('cron-allow', { waitMs: overlappingMs }, { overlap: 'allow' }),
    defineScripted('cron-caught-up', {}, { catchUp: 'latest' }),
    defineScripted('cron-paused', {}, { overlap: 'skip' }),
    defineScripted('slashed', {}, { id: 'conformance/slashed/cron', overlap: 'skip' }),
    defineScripted('cron-disabled', {}, { enabled: false }),
    defineScripted('cron-manual', { waitMs: manualRunMs }, { schedule: leapDay, overlap: 'skip' }),
    defineScripted('cron-spread', {}, { tenants: () => [...spreadTenants], spread: '50s', overlap: 'skip' }),
    defineScripted('cron-long', { waitMs: overlappingMs }, { overlap: 'allow' }),
  ]
}

function defineScripted(
  name: string,
  script: Script,
  { id = `conformance-${name}`, ...options }: Partial<CronJobOptions<unknown>>,
): Definition {
  return defineCronJob({
    id,
    schedule: everyMinute,
    ...options,
    handler: async (context) => {
      const own = context.tenantId === spreadTenants[0] ? { ...script, waitMs: spreadRunMs } : script
      const performed = own.waitMs !== undefined && isReleased(shortRuns) ? { ...own, waitMs: 0 } : own
      const output = await performScript(id, performed, context, toDetails(context))
      if (context.tenantId === cronTenants[1]) throw new NonRetryableError('fails on purpose for this tenant')
      return output
    },
    onFailure: (error, context) => reportFailure(id, script, error, context, toDetails(context)),
  })
}

function toDetails({ scheduledAt }: CronContext): Record<string, unknown> {
  return { scheduledAt: scheduledAt.getTime(), scheduledAtIsDate: scheduledAt instanceof Date }
}
