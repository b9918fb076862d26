import type { ToolAccess } from './tool.ts'

/**
 * Checks that the only tenant of the tools has a job. A change or a wait waits for an unknown id, which can be that of a
 * new job, and not for one of another tenant. This answers both alike.
 *
 * @throws {JobNotFoundError} for an unknown id and for another tenant's job.
 */
export async function requireOwnJob(
  { scope, tenantId }: Pick<ToolAccess, 'scope' | 'tenantId'>,
  id: string,
): Promise<void> {
  if (tenantId !== undefined) await scope.inspect.getJob(id)
}
