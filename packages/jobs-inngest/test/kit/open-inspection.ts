import type { JobSummary } from '@cgk-platform/jobs-core/inspect'
import type { InspectQuery, JobInspection } from '@cgk-platform/jobs-core/provider'
import { requestsOf } from '@cgk-platform/inngest-loopback'
import { expect } from 'vitest'

import { createInngestProvider } from '../../src/inngest-provider.ts'
import type { OpenJobs } from './open-jobs.ts'

/** Reads jobs of an engine as another process, without definitions, and checks the number of requests of each read. */
export interface OpenInspection extends JobInspection {
  /** Reads one page, newest first. */
  page(query?: Partial<InspectQuery>): ReturnType<JobInspection['list']>
  /** Reads all pages. */
  all(query?: Partial<InspectQuery>): Promise<JobSummary[]>
}

const maxPages = 500

/** Opens the inspection of an engine. @param maxRequests - the maximum number of requests of a read */
export function openInspection(
  { engine, inngest, clock }: Pick<OpenJobs, 'engine' | 'inngest' | 'clock'>,
  maxRequests = 2,
): OpenInspection {
  const { inspection } = createInngestProvider({ client: inngest }, { clock })
  const counted = async <T>(read: Promise<T>): Promise<T> => {
    const before = requestsOf(engine, 'inspect').length
    const result = await read
    expect(requestsOf(engine, 'inspect').length - before).toBeLessThanOrEqual(maxRequests)
    return result
  }
  const page = (query: Partial<InspectQuery> = {}) =>
    counted(inspection!.list({ order: 'newest', limit: 50, ...query }))
  return {
    job: (id) => counted(inspection!.job(id)),
    list: (query) => counted(inspection!.list(query)),
    page,
    async all(query) {
      const jobs: JobSummary[] = []
      let cursor: string | undefined
      for (let pages = 0; pages < maxPages; pages++) {
        const one = await page({ ...query, ...(cursor !== undefined && { cursor }) })
        jobs.push(...one.jobs)
        if (one.cursor === undefined) return jobs
        cursor = one.cursor
      }
      throw new Error('The list does not end.')
    },
  }
}
