import type { JobClient } from '@cgk-platform/jobs-core'

/** Returns the engine's count of jobs that have not ended. */
export async function openJobsOf(client: JobClient): Promise<number> {
  const { checks } = await client.healthCheck()
  return Number(/\d+/.exec(checks[0]?.message ?? '')?.[0])
}
