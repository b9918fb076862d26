import { JobNotFoundError } from '@cgk-platform/jobs'

import { toJobView } from '../../../../src/job-view.ts'
import { shopJobs } from '../../../../src/shop.ts'

/** Where a job of this shop stands. Another shop's job is not found, whoever knows its id. */
export async function GET(_request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const { id } = await params
  try {
    return Response.json(toJobView(await shopJobs().getJobStatus(id)))
  } catch (error) {
    if (JobNotFoundError.isInstance(error)) return Response.json({ error: error.message }, { status: 404 })
    throw error
  }
}
