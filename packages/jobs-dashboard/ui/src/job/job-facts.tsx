import type { JobJson, JobPageJson } from '../../../src/api-types.ts'
import { apiUrl } from '../api/request.ts'
import { useQuery } from '../api/use-query.ts'
import { hrefTo, hrefToJob } from '../app/router.ts'
import { seesAll, whyUnsupported } from '../app/session.ts'
import { formatDuration } from '../time/format-duration.ts'
import { now } from '../time/now.ts'
import { Fact, TimeFact } from './fact.tsx'
import { isOpen } from './is-open.ts'

const maxChildren = 20
const maxReruns = 5

/** The facts about a job. One that the engine does not report is omitted. */
export function JobFacts({ job }: { job: JobJson }) {
  const {
    event,
    tenantId,
    references,
    rerunOf,
    createdAt,
    scheduledFor,
    startedAt,
    endedAt,
    idempotencyKey,
    children,
  } = job
  return (
    <dl class="card facts">
      <Fact name="Event">
        <a class="text-link" href={hrefTo('/jobs', { event })}>
          {event}
        </a>
      </Fact>
      <Fact name="Tenant">
        {seesAll.value ? (
          <a class="text-link" href={hrefTo('/jobs', { tenant: tenantId })}>
            {tenantId}
          </a>
        ) : (
          tenantId
        )}
      </Fact>
      <TimeFact name="Sent" at={createdAt} />
      <TimeFact name="Scheduled for" at={scheduledFor} />
      <TimeFact name="Started" at={startedAt} />
      <TimeFact name="Ended" at={endedAt} />
      {startedAt && <Duration job={job} />}
      {references && references.length > 0 && (
        <Fact name="References">
          {references.map((reference) => (
            <a key={reference} class="text-link listed" href={hrefTo('/jobs', { reference })}>
              {reference}
            </a>
          ))}
        </Fact>
      )}
      {idempotencyKey && <Fact name="Idempotency key">{idempotencyKey}</Fact>}
      {rerunOf && (
        <Fact name="Runs again">
          <JobLinks ids={[rerunOf]} />
        </Fact>
      )}
      <Reruns job={job} />
      {children && children.length > 0 && (
        <Fact name="Jobs that its steps sent">
          <JobLinks ids={children.slice(0, maxChildren)} />
          {children.length > maxChildren && ` and ${children.length - maxChildren} more`}
        </Fact>
      )}
    </dl>
  )
}

/**
 * The newest jobs of the event that have the job as a reference, as those that were sent to run it again with changes. A
 * hosted engine is not asked, because it may need requests for each page of the event's jobs.
 */
function Reruns({ job: { id, event, tenantId, state } }: { job: JobJson }) {
  const isFound = !isOpen(state) && whyUnsupported('inspect.countJobs: exact') === undefined
  const url = apiUrl('jobs', { reference: id, event, tenant: tenantId, limit: String(maxReruns) })
  const { data } = useQuery<JobPageJson>(isFound ? url : undefined)
  return data && data.jobs.length > 0 ? (
    <Fact name="Run again by">
      <JobLinks ids={data.jobs.map((job) => job.id)} />
    </Fact>
  ) : null
}

function JobLinks({ ids }: { ids: readonly string[] }) {
  return (
    <>
      {ids.map((id) => (
        <a key={id} class="text-link listed mono" href={hrefToJob(id)}>
          {id}
        </a>
      ))}
    </>
  )
}

/** The longest time that one of the newest runs took, or takes: without the time before a retry by hand. */
function Duration({ job: { runs } }: { job: JobJson }) {
  const newest = [...new Map(runs.map((run) => [run.definitionId, run])).values()]
  const durations = newest.flatMap(({ startedAt, endedAt }) =>
    startedAt ? [(endedAt ? Date.parse(endedAt) : now.value) - Date.parse(startedAt)] : [],
  )
  return durations.length === 0 ? null : <Fact name="Duration">{formatDuration(Math.max(...durations))}</Fact>
}
