import type { ChangeJobsOptions, JobSelection, Logger } from '@cgk-platform/jobs-core'

import type { Scope } from '../access/scope-of.ts'
import type { ChangedJson } from '../api-types.ts'
import { describedError } from '../http/described-error.ts'

/** Retries or cancels jobs, or only counts them. */
export async function changeJobs(
  action: 'retry' | 'cancel',
  jobs: JobSelection,
  { inspect }: Scope,
  { dryRun, signal, logger }: Pick<ChangeJobsOptions, 'dryRun' | 'signal'> & { readonly logger: Logger },
): Promise<ChangedJson> {
  const change = action === 'retry' ? inspect.retryJobs : inspect.cancelJobs
  const { failed, ...counts } = await change(jobs, { dryRun, signal })
  const isUnexpected = failed.filter(({ error }) => !describedError(error))
  if (isUnexpected.length > 0) {
    logger.error(`Jobs could not be changed by \`${action}\`.`, { failed: isUnexpected.slice(0, 10) })
  }
  // Messages of an engine can name other tenants.
  const message = 'The engine did not answer, or refused. The log has the error.'
  return {
    ...counts,
    failed: failed.map(({ jobId, error }) => ({ jobId, message: describedError(error)?.message ?? message })),
  }
}
