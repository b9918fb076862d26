import type { DefinitionJson } from '../../../src/api-types.ts'
import { useQuery } from '../api/use-query.ts'
import { tenantUrl } from '../app/session.ts'
import { Failure } from '../parts/failure.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Schedules } from './schedules.tsx'

const refreshMs = 15_000

/** The cron jobs of this process: their last jobs, missed and next ticks. */
export function SchedulesPage() {
  const { data, error, reload } = useQuery<readonly DefinitionJson[]>(tenantUrl('definitions', { lastJobs: 'true' }), {
    refreshMs,
    keeps: true,
  })
  const cronJobs = data?.filter(({ kind }) => kind === 'cron')
  return (
    <>
      <div class="page-head">
        <h1>Schedules</h1>
        <span class="muted">{cronJobs?.length}</span>
      </div>
      {error ? (
        <Failure error={error} />
      ) : cronJobs ? (
        <Schedules cronJobs={cronJobs} onChanged={reload} />
      ) : (
        <div class="card" aria-busy="true">
          <div class="quiet">
            <Skeleton width="60%" height={40} />
          </div>
        </div>
      )}
    </>
  )
}
