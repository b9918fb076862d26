import { createJobClient, JobsError } from '@cgk-platform/jobs'

/** Answers what a client on Inngest comes to here. */
export async function POST(): Promise<Response> {
  const client = createJobClient({ provider: 'inngest', config: { eventKey: 'key' }, jobs: [] })
  const opened = await client.capabilities().then(
    () => 'opened',
    (error: unknown) => (JobsError.isInstance(error) ? error.code : String(error)),
  )
  return Response.json(opened)
}
