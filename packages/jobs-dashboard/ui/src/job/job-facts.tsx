import type { ComponentChildren } from 'preact'

import type { JobJson } from '../../../src/api-types.ts'
import { hrefTo, hrefToJob } from '../app/router.ts'
import { formatDuration } from '../time/format-duration.ts'
import { now } from '../time/now.ts'
import { Time } from '../time/time.tsx'

const maxChildren = 20

/** The facts about a job. One that the engine does not report is omitted. */
export function JobFacts({ job }: { job: JobJson }) {
  const { event, tenantId, references, createdAt, scheduledFor, startedAt, endedAt, idempotencyKey, children } = job
  return (
    <dl class="card facts">
      <Fact name="Event">
        <a class="text-link" href={hrefTo('/jobs', { event })}>
          {event}
        </a>
      </Fact>
      <Fact name="Tenant">{tenantId}</Fact>
      <Fact name="Sent">
        <Time at={createdAt} both />
      </Fact>
      {scheduledFor && (
        <Fact name="Scheduled for">
          <Time at={scheduledFor} both />
        </Fact>
      )}
      {startedAt && (
        <Fact name="Started">
          <Time at={startedAt} both />
        </Fact>
      )}
      {endedAt && (
        <Fact name="Ended">
          <Time at={endedAt} both />
        </Fact>
      )}
      {startedAt && (
        <Fact name="Duration">
          {formatDuration((endedAt ? Date.parse(endedAt) : now.value) - Date.parse(startedAt))}
        </Fact>
      )}
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
      {children && children.length > 0 && (
        <Fact name="Jobs that its steps sent">
          {children.slice(0, maxChildren).map((id) => (
            <a key={id} class="text-link listed mono" href={hrefToJob(id)}>
              {id}
            </a>
          ))}
          {children.length > maxChildren && ` and ${children.length - maxChildren} more`}
        </Fact>
      )}
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
