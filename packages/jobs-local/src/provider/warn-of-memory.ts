import type { JobHost } from '@cgk-platform/jobs-core/provider'
import { isProduction, warnOnce } from '@cgk-platform/jobs-core/scheduling'

/** Warns in production that jobs are stored in memory. */
export function warnOfMemory(logger: JobHost['logger']): void {
  if (!isProduction()) return
  warnOnce(
    logger,
    'In production, the local engine stores jobs in memory: they are lost when the process ends. ' +
      'To store them in a file, set `JOB_LOCAL_PATH` or `path`.',
  )
}
