import type { Logger } from '@cgk-platform/jobs-core'
import type { ChangeJobsOptions, JobSelection } from '@cgk-platform/jobs-core/inspect'

import type { Scope } from '../access/scope-of.ts'
import type { ChangedJson } from '../api-types.ts'
import type { CursorSeal } from './cursor-seal.ts'
import { describedError } from '../http/described-error.ts'

interface ChangeContext extends Pick<ChangeJobsOptions, 'dryRun' | 'cursor' | 'signal'> {
  readonly logger: Logger
  /** Seals cursors, which can name jobs of other tenants. */
  readonly seal: CursorSeal
}

/** Retries or cancels jobs, or only counts them. */
export async function changeJobs(
  action: 'retry' | 'cancel',
  jobs: JobSelection,
  { inspect, tenantId }: Scope,
  { dryRun, cursor: given, signal, logger, seal }: ChangeContext,
): Promise<ChangedJson> {
  const change = action === 'retry' ? inspect.retryJobs : inspect.cancelJobs
  const start = given === undefined || tenantId === undefined ? given : await seal.open(given, tenantId)
  const { failed, cursor, searchedTo, ...counts } = await change(jobs, { dryRun, signal, cursor: start })
  const next = cursor === undefined || tenantId === undefined ? cursor : await seal.seal(cursor, tenantId)
  const isUnexpected = failed.filter(({ error }) => !describedError(error))
  if (isUnexpected.length > 0) {
    logger.error(`Jobs could not be changed by \`${action}\`.`, { failed: isUnexpected.slice(0, 10) })
  }
  // Messages of an engine can name other tenants.
  const message = 'The engine did not answer, or refused. The log has the error.'
  return {
    ...counts,
    ...(next !== undefined && { cursor: next }),
    ...(searchedTo && { searchedTo: searchedTo.toISOString() }),
    failed: failed.map(({ jobId, error }) => ({ jobId, message: describedError(error)?.message ?? message })),
  }
}
