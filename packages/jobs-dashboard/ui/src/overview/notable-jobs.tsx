import type { ComponentChildren } from 'preact'

import type { JobSummaryJson, StatsJson } from '../../../src/api-types.ts'
import { hrefToJob } from '../app/router.ts'
import { Icon } from '../parts/icon.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { stateLook } from '../parts/states.ts'
import { formatDuration } from '../time/format-duration.ts'
import { Time } from '../time/time.tsx'

const shownJobs = 5

/** The job that has waited longest for its first attempt. */
export function OldestWaiting({ stats }: { stats: Pick<StatsJson, 'oldestWaiting' | 'isComplete'> | undefined }) {
  return (
    <section class="card">
      <header>
        <h2>Oldest waiting</h2>
      </header>
      {!stats ? (
        <LoadingRow />
      ) : stats.oldestWaiting ? (
        <ul class="list-rows">
          <JobRow job={stats.oldestWaiting}>
            <Time at={stats.oldestWaiting.scheduledFor ?? stats.oldestWaiting.createdAt} />
          </JobRow>
        </ul>
      ) : (
        <p class="muted quiet">
          {stats.isComplete ? 'No job waits for its first attempt.' : 'None of the jobs that were read waits.'}
        </p>
      )}
    </section>
  )
}

/** The ended runs that took longest. */
export function Slowest({ stats }: { stats: Pick<StatsJson, 'slowest' | 'isComplete'> | undefined }) {
  const jobs = stats?.slowest.slice(0, shownJobs) ?? []
  return (
    <section class="card">
      <header>
        <h2>Slowest</h2>
      </header>
      {!stats ? (
        <LoadingRow />
      ) : jobs.length > 0 ? (
        <ul class="list-rows">
          {jobs.map((job) => (
            <JobRow key={job.runs[0]?.id ?? job.id} job={job}>
              {job.durationMs === undefined ? '' : formatDuration(job.durationMs)}
            </JobRow>
          ))}
        </ul>
      ) : (
        <p class="muted quiet">
          {stats.isComplete ? 'No run ended in this time.' : 'None of the jobs that were read ended in this time.'}
        </p>
      )}
    </section>
  )
}

function JobRow({ job, children }: { job: JobSummaryJson; children: ComponentChildren }) {
  const { tone, icon, label } = stateLook(job.state)
  return (
    <li>
      <a href={hrefToJob(job.id)}>
        <span class="state" data-tone={tone} title={label}>
          <Icon name={icon} />
          <span class="visually-hidden">{label}</span>
        </span>
        <span class="clip">
          {job.definitionIds[0] ?? job.event} <span class="muted">{job.tenantId}</span>
        </span>
        <span class="number">{children}</span>
      </a>
    </li>
  )
}

function LoadingRow() {
  return (
    <div class="quiet">
      <Skeleton width="60%" height={20} />
    </div>
  )
}
