import { type CronJobDefinition, nextRuns, systemTenantId } from '@cgk-platform/jobs-core'

import type { LocalProvider } from '../../../src/local-provider.ts'
import { altered, withDefinitions, withHandlers } from './altered.ts'
import { breaking, type BrokenProvider } from './broken-provider.ts'

/** A provider that runs other cron jobs than it was given. */
function ticking(change: (definition: CronJobDefinition) => CronJobDefinition) {
  return (provider: LocalProvider) =>
    withDefinitions(provider, (definition) => (definition.kind === 'cron' ? change(definition) : definition))
}

/** The same schedule as it would be in another zone or at other minutes. */
function scheduled(definition: CronJobDefinition, schedule: string, timezone: string): CronJobDefinition {
  const next = (afterMs: number): number =>
    nextRuns(schedule, { timezone, from: new Date(afterMs), count: 1 })[0]!.getTime()
  return { ...definition, schedule: { schedule, timezone, next } }
}

/** Faults in what becomes of the ticks of a schedule. */
export const brokenCron: readonly BrokenProvider[] = breaking('cron', {
  'does not tick': {
    caughtBy: ['a-tick-is-an-ordinary-job', 'every-tick-once', 'a-run-for-each-tenant', 'tenants-fail-apart'],
    wrap: (provider) =>
      altered(provider, {
        attach: (host) => provider.attach!({ ...host, jobs: { ...host.jobs, cronJobs: () => [] } }),
      }),
  },
  'ticks every other minute': {
    caughtBy: ['every-tick-once'],
    wrap: ticking((definition) => scheduled(definition, '*/2 * * * *', 'UTC')),
  },
  'forgets the time zone': {
    caughtBy: ['ticks-in-a-time-zone'],
    wrap: ticking((definition) => scheduled(definition, definition.schedule.schedule, 'UTC')),
  },
  'runs a tick twice': {
    caughtBy: ['every-tick-once', 'overlap-is-skipped'],
    wrap: (provider) =>
      withHandlers(provider, async ({ definition, handle }) => {
        if (definition.kind === 'cron') await handle()
        return handle()
      }),
  },
  'tells the time of the run for that of the tick': {
    caughtBy: ['a-tick-is-an-ordinary-job', 'tenants-fail-apart', 'a-tick-is-retried', 'cron-runs-can-be-retried'],
    wrap: (provider, clock) =>
      withHandlers(provider, ({ definition, context, handle }) =>
        handle(
          definition.kind === 'cron'
            ? { context: { ...context, scheduledAt: new Date(clock.now() + 7) } as never }
            : {},
        ),
      ),
  },
  'knows nothing of tenants': {
    caughtBy: ['a-run-for-each-tenant', 'tenants-fail-apart', 'cron-runs-can-be-retried'],
    wrap: ticking((definition) => {
      const { tenants: _, ...copy } = definition
      return copy as CronJobDefinition
    }),
  },
  'runs all tenants as the system': {
    caughtBy: ['a-run-for-each-tenant', 'tenants-fail-apart', 'cron-runs-can-be-retried'],
    wrap: (provider) =>
      withHandlers(provider, ({ definition, context, handle }) =>
        handle(definition.kind === 'cron' ? { context: { ...context, tenantId: systemTenantId } } : {}),
      ),
  },
  "lets one tenant's failure fail all": {
    caughtBy: ['tenants-fail-apart'],
    wrap: (provider) =>
      withHandlers(provider, async ({ definition, context, handle }) => {
        const output = await handle()
        if (definition.kind === 'cron' && definition.tenants && context.tenantId !== systemTenantId)
          throw new Error('another tenant failed')
        return output
      }),
  },
  'never skips a tick': {
    caughtBy: ['overlap-is-skipped'],
    wrap: ticking((definition) => ({ ...definition, overlap: 'allow' })),
  },
  'always skips a tick': {
    caughtBy: ['overlap-is-allowed'],
    wrap: ticking((definition) => ({ ...definition, overlap: 'skip' })),
  },
  'makes up for ticks that nobody asked for': {
    caughtBy: ['missed-ticks-are-dropped'],
    wrap: ticking((definition) => ({ ...definition, catchUp: 'latest' })),
  },
  'drops ticks that it should make up for': {
    caughtBy: ['the-latest-missed-tick-is-made-up-for'],
    wrap: ticking((definition) => ({ ...definition, catchUp: 'none' })),
  },
  'does not retry cron jobs': {
    caughtBy: ['a-tick-is-an-ordinary-job', 'a-tick-is-retried'],
    wrap: ticking((definition) => ({ ...definition, retry: { ...definition.retry, maxAttempts: 1 } })),
  },
  'keeps no record of cron jobs': {
    caughtBy: ['a-tick-is-an-ordinary-job', 'a-run-for-each-tenant', 'tenants-fail-apart', 'a-tick-is-retried'],
    wrap: (provider) =>
      altered(provider, {
        async status(id) {
          const status = await provider.status(id)
          return status?.event.startsWith('cron/') ? undefined : status
        },
      }),
  },
  'does not cancel cron jobs': {
    caughtBy: ['cron-runs-can-be-cancelled'],
    wrap: (provider) =>
      altered(provider, {
        async cancel(id) {
          if (!(await provider.status(id))?.event.startsWith('cron/')) await provider.cancel(id)
        },
      }),
  },
  'does not retry cron jobs by hand': {
    caughtBy: ['cron-runs-can-be-retried'],
    wrap: (provider) =>
      altered(provider, {
        async retry(id) {
          if (!(await provider.status(id))?.event.startsWith('cron/')) await provider.retry(id)
        },
      }),
  },
})
