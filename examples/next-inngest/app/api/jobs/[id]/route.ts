import { JobNotFoundError } from '@cgk-platform/jobs/errors'

import { toJobView } from '../../../../src/job-view.ts'
import { shopJobs } from '../../../../src/shop.ts'

/** Returns the status of a job of this shop. Responds with 404 for a job of another shop, even with a valid id. */
export async function GET(_request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const { id } = await params
  try {
    return Response.json(toJobView(await shopJobs().getJobStatus(id)))
  } catch (error) {
    if (JobNotFoundError.isInstance(error)) return Response.json({ error: error.message }, { status: 404 })
    throw error
  }
}
