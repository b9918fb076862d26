import { describe, expectTypeOf, test } from 'vitest'

import type { JobClient, TenantClient } from '../client/job-client.ts'
import type { JobHandle } from '../sends/send-options.ts'
import type { JobState } from '../status/job-state.ts'
import type { JobCounts } from '../status/job-counts.ts'
import type { JobDetails } from '../status/job-details.ts'
import type { JobFilter } from '../status/job-filter.ts'
import type { ChangeJobsResult, JobInspector, TenantInspector } from './job-inspector.ts'
import type { JobSelection } from './job-selection.ts'
import type { JobSummary } from '../status/job-summary.ts'

declare const client: JobClient
declare const acme: TenantClient

describe('an inspector', () => {
  test('belongs to a client, and a smaller one to a client of one tenant', () => {
    expectTypeOf(client.inspect).toEqualTypeOf<JobInspector>()
    expectTypeOf(acme.inspect).toEqualTypeOf<TenantInspector>()
    expectTypeOf(client.inspect).toExtend<TenantInspector>()
    // @ts-expect-error -- cron jobs, definitions and workers are of the platform
    void acme.inspect.runCronJob('nightly')
    // @ts-expect-error
    void acme.inspect.listWorkers()
  })

  test('returns details, summaries, counts and handles', () => {
    expectTypeOf(client.inspect.getJob('job_1')).resolves.toEqualTypeOf<JobDetails>()
    expectTypeOf(client.inspect.countJobs()).resolves.toEqualTypeOf<JobCounts>()
    expectTypeOf(client.inspect.retryJobs({})).resolves.toEqualTypeOf<ChangeJobsResult>()
    expectTypeOf(client.inspect.runCronJob('nightly')).resolves.toEqualTypeOf<readonly JobHandle[]>()
    expectTypeOf<JobDetails['payload']>().toEqualTypeOf<unknown>()
    expectTypeOf<JobSummary['state']>().toEqualTypeOf<JobState>()
  })

  test('accepts the fields of a filter, also as `undefined`', () => {
    const maybe = undefined as string | undefined
    const states: readonly JobState[] = ['failed']
    void client.inspect.listJobs({
      definitionId: maybe,
      states,
      event: 'cron/nightly',
      since: new Date(),
      order: 'oldest',
    })
    void client.inspect.countJobs({ by: 'definition', errorText: maybe, event: 'job/import' })
    void client.inspect.cancelJobs({ event: 'order.created' }, { dryRun: true, signal: new AbortController().signal })
    // @ts-expect-error -- several states
    void client.inspect.listJobs({ state: 'failed' })
    // @ts-expect-error -- no such state
    void client.inspect.listJobs({ states: ['done'] })
    // @ts-expect-error -- no such event
    void client.inspect.listJobs({ event: 'order.lost' })
    // @ts-expect-error -- a Date
    void client.inspect.listJobs({ since: '2026-01-01' })
    // @ts-expect-error -- no such group
    void client.inspect.countJobs({ by: 'worker' })
    // @ts-expect-error -- a filter is required
    void client.inspect.retryJobs()
  })

  test('changes jobs by a filter or by their ids, not by both', () => {
    const filter: JobFilter = { event: 'order.created' }
    const ids: readonly string[] = ['job_1']
    expectTypeOf(client.inspect.retryJobs({ ids })).resolves.toEqualTypeOf<ChangeJobsResult>()
    void acme.inspect.cancelJobs({ ids: ['job_1'] }, { dryRun: true })
    const selection: JobSelection = ids.length > 0 ? { ids } : filter
    void client.inspect.cancelJobs(selection)
    // @ts-expect-error -- ids with a condition
    void client.inspect.retryJobs({ ids, event: 'order.created' })
    const both = { ...filter, ids }
    // @ts-expect-error -- ids with conditions, in a variable
    void client.inspect.cancelJobs(both)
    // @ts-expect-error -- ids can be missing, and then all jobs of the tenant would match
    void acme.inspect.cancelJobs({ ids: undefined as readonly string[] | undefined })
    // @ts-expect-error -- several ids
    void client.inspect.retryJobs({ ids: 'job_1' })
    // @ts-expect-error -- only changes
    void client.inspect.listJobs({ ids })
  })

  test('passes changes to a listener, and returns the function that stops it', () => {
    const stop = client.inspect.subscribe({ tenantId: 'acme' }, ({ jobs, removed }) => {
      expectTypeOf(jobs).toEqualTypeOf<readonly JobSummary[]>()
      expectTypeOf(removed).toEqualTypeOf<readonly string[]>()
    })
    expectTypeOf(stop).toEqualTypeOf<() => void>()
  })
})
