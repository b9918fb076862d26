import type { JobPageJson } from '../../../src/api-types.ts'
import { type Parameters, read } from '../api/request.ts'
import { tenantUrl } from '../app/session.ts'

/** Number of pages without a job that are read before the user decides. */
const maxPages = 10

/** Reads pages until one has jobs: an engine that filters after reading can return pages without. @param cursor - where it continues */
export async function findJobs(parameters: Parameters, cursor: string | undefined): Promise<JobPageJson> {
  let page: JobPageJson = { jobs: [], ...(cursor !== undefined && { cursor }) }
  for (let pages = 0; pages < maxPages; pages++) {
    page = await read<JobPageJson>(tenantUrl('jobs', { ...parameters, cursor: page.cursor }))
    if (page.jobs.length > 0 || page.cursor === undefined) return page
  }
  return page
}
