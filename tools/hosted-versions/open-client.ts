import type { Definition, JobClient } from '@cgk-platform/jobs-core'

/** Creates a client for the engine that the environment names. Its variables connect it. */
export async function openClient(jobs: readonly Definition[]): Promise<JobClient> {
  const { createJobClient } =
    process.env['VERSIONS_ENGINE'] === 'inngest'
      ? await import('@cgk-platform/jobs-inngest')
      : await import('@cgk-platform/jobs-trigger')
  return createJobClient({ jobs })
}
