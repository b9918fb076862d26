import type { JobClient } from '@cgk-platform/jobs-core'

/** How many jobs have not ended, as the engine itself counts them. */
export async function openJobsOf(client: JobClient): Promise<number> {
  const { checks } = await client.healthCheck()
  return Number(/\d+/.exec(checks[0]?.message ?? '')?.[0])
}
