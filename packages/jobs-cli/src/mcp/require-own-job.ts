import { JobNotFoundError, JobNotVisibleError } from '@cgk-platform/jobs-core/errors'
import type { JobDetails } from '@cgk-platform/jobs-core/inspect'

import type { ToolAccess } from './tool.ts'

/**
 * Reads a job. An engine that may show a new job later says so of an unknown id, and not of another tenant's. Tools of
 * one tenant answer both alike.
 *
 * @throws {JobNotFoundError} for an unknown id and for another tenant's job.
 */
export async function getOwnJob({ client, scope, tenantId }: OwnJobAccess, id: string): Promise<JobDetails> {
  try {
    return await scope.inspect.getJob(id)
  } catch (error) {
    if (tenantId === undefined || !JobNotVisibleError.isInstance(error)) throw error
    const { provider } = await client.healthCheck()
    throw new JobNotFoundError({ jobId: id, provider })
  }
}

/** Checks that the only tenant of the tools has a job. @throws {JobNotFoundError} as `getOwnJob` does. */
export async function requireOwnJob(access: OwnJobAccess, id: string): Promise<void> {
  if (access.tenantId !== undefined) await getOwnJob(access, id)
}

type OwnJobAccess = Pick<ToolAccess, 'client' | 'scope' | 'tenantId'>
