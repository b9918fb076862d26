import assert from 'node:assert/strict'

import type { InspectListOptions, JobCount, JobSummary, TenantInspector } from '@cgk-platform/jobs-core/inspect'

import type { CaseTools } from './case-tools.ts'

/** Reads all pages of a list. @param between - called after each page */
export async function readPages(
  inspect: TenantInspector,
  options: InspectListOptions,
  between: (page: readonly JobSummary[]) => Promise<unknown> = async () => undefined,
): Promise<JobSummary[][]> {
  const pages: JobSummary[][] = []
  let cursor: string | undefined
  do {
    const page = await inspect.listJobs({ ...options, ...(cursor !== undefined && { cursor }) })
    pages.push([...page.jobs])
    cursor = page.cursor
    await between(page.jobs)
  } while (cursor !== undefined && pages.length < 50)
  return pages
}

/** Returns the ids of all jobs of a list, in order. */
export async function listIds(inspect: TenantInspector, options: InspectListOptions): Promise<string[]> {
  return (await readPages(inspect, options)).flat().map(({ id }) => id)
}

/**
 * Waits until the case's tenant has this number of listed jobs, in their present states: an engine may show them late,
 * and find them by state later still.
 */
export async function waitUntilListed(
  t: CaseTools,
  count: number,
  filter: InspectListOptions = {},
): Promise<readonly JobSummary[]> {
  const list = async (more: InspectListOptions = {}) =>
    (await readPages(t.client.inspect, { tenantId: t.tenantId, ...filter, ...more })).flat()
  return t.waitUntil(`${count} jobs are listed`, async () => {
    const jobs = await list()
    if (jobs.length !== count) return false
    const statuses = await Promise.all(jobs.map(({ id }) => t.client.getJobStatus(id)))
    if (statuses.some(({ state }, index) => state !== jobs[index]!.state)) return false
    if (filter.states || !t.capabilities.features['inspect.listJobs by state'].supported) return jobs
    const byState = await Promise.all(
      [...new Set(jobs.map(({ state }) => state))].map((state) => list({ states: [state] })),
    )
    return byState.flat().length === count && jobs
  })
}

/** Sends a job of the case's tenant that completes, and returns its id once it has ended. */
export async function sendCompleted(t: CaseTools, options: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const { id } = await t.send('conformance.plain', {}, { options })
  await t.waitForEnd(id)
  await t.advance(5)
  return id
}

/** Sends a job of the case's tenant that fails, and returns its id once it has ended. */
export async function sendFailed(t: CaseTools, tenantId: string = t.tenantId): Promise<string> {
  const { id } = await t.send('conformance.once', { failure: { as: 'error', runs: 1 } }, { tenantId })
  await t.waitForEnd(id)
  await t.advance(5)
  return id
}

/**
 * Checks a count of jobs. An engine that cannot count reads a few pages, which other cases' jobs can fill: then the
 * count says that it is not exact.
 *
 * @returns whether it is exact
 */
export function checkCount(t: CaseTools, { count, isExact }: JobCount, expected: number): boolean {
  assert.ok(isExact || !t.capabilities.features['inspect.countJobs: exact'].supported, 'The count is not exact.')
  if (isExact) assert.equal(count, expected)
  else assert.ok(count <= expected, `${count} jobs were counted, but there are ${expected}.`)
  return isExact
}

/** Returns whether lists tell exactly which jobs wait for the end of a pause, or are suspended. Hosted engines may not. */
export function listsWaits({ capabilities }: CaseTools): boolean {
  return capabilities.features['inspect.countJobs: exact'].supported
}

/** Returns a job of the case's tenant as lists show it. */
export async function summaryOf(t: CaseTools, id: string): Promise<JobSummary> {
  return t.waitUntil('the job is listed', async () => {
    const { jobs } = await t.client.inspect.listJobs({ tenantId: t.tenantId })
    return jobs.find((job) => job.id === id) ?? false
  })
}
