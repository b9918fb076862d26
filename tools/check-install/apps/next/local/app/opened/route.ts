import { createJobClient } from '@cgk-platform/jobs'
import { JobsError } from '@cgk-platform/jobs/errors'

/** Returns whether a client can open Inngest, or the code of the error. */
export async function POST(): Promise<Response> {
  const client = createJobClient({ provider: 'inngest', config: { eventKey: 'key' }, jobs: [] })
  const opened = await client.capabilities().then(
    () => 'opened',
    (error: unknown) => (JobsError.isInstance(error) ? error.code : String(error)),
  )
  return Response.json(opened)
}
