import type { JobSummaryJson, StatsJson } from '../../../src/api-types.ts'
import { hrefTo, hrefToJob } from '../app/router.ts'
import { Icon } from '../parts/icon.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { stateLook } from '../parts/states.ts'
import { Time } from '../time/time.tsx'

const shownJobs = 5
const { tone, icon } = stateLook('failed')

/** The runs that failed last and were not retried. @param within - the time range, as the list of jobs names it */
export function RecentFailures({ stats, within }: { stats: StatsJson | undefined; within: string }) {
  const jobs = stats?.failures.slice(0, shownJobs) ?? []
  return (
    <section class="card failed-jobs">
      <header>
        <h2>Recent failures</h2>
        <span class="spacer" />
        <a class="text-link small" href={hrefTo('/errors')}>
          By error
        </a>
        {jobs.length > 0 && (
          <a class="text-link small" href={hrefTo('/jobs', { state: 'failed', within, by: 'end' })}>
            All failed jobs
          </a>
        )}
      </header>
      {!stats ? (
        <div class="quiet">
          <Skeleton width="60%" height={20} />
        </div>
      ) : jobs.length > 0 ? (
        <ul class="list-rows">
          {jobs.map((job) => (
            <FailedJob key={job.runs[0]?.id ?? job.id} job={job} />
          ))}
        </ul>
      ) : (
        <p class="muted quiet">
          {stats.isComplete ? 'No run failed in this time.' : 'No run of the jobs that were read failed in this time.'}
        </p>
      )}
    </section>
  )
}

function FailedJob({ job }: { job: JobSummaryJson }) {
  const { id, event, definitionIds, tenantId, error, endedAt, createdAt } = job
  return (
    <li>
      <a href={hrefToJob(id)}>
        <span class="state" data-tone={tone}>
          <Icon name={icon} />
        </span>
        <span class="clip">
          {definitionIds[0] ?? event} <span class="muted">{tenantId}</span>
        </span>
        <span class="number muted">
          <Time at={endedAt ?? createdAt} />
        </span>
        <span class="clip error small" title={error && `${error.name}: ${error.message}`}>
          {firstLine(error)}
        </span>
      </a>
    </li>
  )
}

/** Returns the first line of an error that says something. */
function firstLine(error: JobSummaryJson['error']): string {
  return error?.message.split('\n').find((line) => line.trim() !== '') ?? error?.name ?? 'The engine does not tell why.'
}
