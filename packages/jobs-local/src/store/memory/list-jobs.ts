import type { ListQuery } from '@cgk-platform/jobs-core/provider'

import type { Steps } from '../../time/steps.ts'
import { type StoredJob, stateOf } from '../../records/stored-run.ts'
import type { StoredPage } from '../job-store.ts'
import { findFirst } from './find-first.ts'

/** Returns a page of the jobs that match, newest first. */
export function* listJobs(
  all: readonly StoredJob[],
  { tenantId, state, event, limit, cursor }: ListQuery,
): Steps<StoredPage> {
  const matches = (job: StoredJob): boolean =>
    (tenantId === undefined || job.envelope.tenantId === tenantId) &&
    (event === undefined || job.envelope.event === event) &&
    (state === undefined || stateOf(job) === state)
  return yield* findFirst(all, matches, { order: 'newest', limit, cursor })
}
