import type { JobFilter, Logger } from '@cgk-platform/jobs-core'

import type { Scope } from '../access/scope-of.ts'
import type { ChangedJson } from '../api-types.ts'

/** Retries or cancels the jobs that match, or only counts them. */
export async function changeMatching(
  action: 'retry' | 'cancel',
  { filter, dryRun }: { readonly filter: JobFilter; readonly dryRun: boolean },
  { inspect }: Scope,
  { logger, signal }: { readonly logger: Logger; readonly signal: AbortSignal },
): Promise<ChangedJson> {
  const change = action === 'retry' ? inspect.retryJobs : inspect.cancelJobs
  const { failed, ...counts } = await change(filter, { dryRun, signal })
  if (failed.length > 0) logger.error(`Jobs could not be changed by \`${action}\`.`, { failed: failed.slice(0, 10) })
  // Messages of an engine can name other tenants.
  const message = 'The engine did not answer, or refused. The log has the error.'
  return { ...counts, failed: failed.map(({ jobId }) => ({ jobId, message })) }
}
