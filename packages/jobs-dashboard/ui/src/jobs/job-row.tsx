import type { JobSummaryJson } from '../../../src/api-types.ts'
import { hrefToJob } from '../app/router.ts'
import { StateLabel } from '../parts/state-label.tsx'
import { formatDuration } from '../time/format-duration.ts'
import { now } from '../time/now.ts'
import { Time } from '../time/time.tsx'

/** One job of the list. The focus is on its link, so Enter opens it. */
export function JobRow({
  job,
  index,
  top,
  isSelected,
  onToggle,
}: {
  job: JobSummaryJson
  index: number
  top: number
  isSelected: boolean
  onToggle: (id: string) => void
}) {
  const { id, state, waiting, isSuspended, event, definitionIds, tenantId, error, attempts, createdAt } = job
  const name = definitionIds.length > 0 ? definitionIds.join(', ') : event
  return (
    <div
      class="job-row"
      role="row"
      aria-rowindex={index + 2}
      data-job={id}
      data-selected={isSelected}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="cell" class="pick">
        <input type="checkbox" aria-label={`Select ${name} ${id}`} checked={isSelected} onChange={() => onToggle(id)} />
      </span>
      <span role="cell" class="in-state">
        <StateLabel state={waiting?.kind === 'paused' ? 'paused' : isSuspended ? 'waiting' : state} />
      </span>
      <span role="cell" class="clip name">
        <a href={hrefToJob(id)} title={`${name} · ${event} · ${id}`}>
          {name}
        </a>
        <span class="muted narrow"> {tenantId}</span>
        {name !== event && <span class="muted event"> {event}</span>}
      </span>
      <span role="cell" class="wide clip muted" title={tenantId}>
        {tenantId}
      </span>
      <span
        role="cell"
        class="wide clip error"
        title={error && `${error.definitionId}: ${error.name}: ${error.message}`}
      >
        {error && <span>{describeFailure(job)}</span>}
      </span>
      <span role="cell" class="wide number muted">
        {attempts}
      </span>
      <span role="cell" class="wide number muted">
        <Duration job={job} />
      </span>
      <span role="cell" class="number when">
        <Time at={createdAt} />
      </span>
    </div>
  )
}

/** Returns the error. If the job has several definitions, it begins with the one that failed. */
function describeFailure({ error, definitionIds }: JobSummaryJson): string {
  const text = error?.message || error?.name || ''
  return definitionIds.length > 1 ? `${error!.definitionId}: ${text}` : text
}

/** The time that the newest runs took, or that one of them runs. */
function Duration({ job: { durationMs, runs } }: { job: JobSummaryJson }) {
  if (durationMs !== undefined) return <>{formatDuration(durationMs)}</>
  const started = runs.findLast(({ state }) => state === 'running')?.startedAt
  return started === undefined ? null : <>{formatDuration(now.value - Date.parse(started))}</>
}
