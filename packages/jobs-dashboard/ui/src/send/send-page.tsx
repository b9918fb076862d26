import { useState } from 'preact/hooks'

import type { EventJson, JobJson } from '../../../src/api-types.ts'
import { useQuery } from '../api/use-query.ts'
import { hrefTo, hrefToJob, navigate, query } from '../app/router.ts'
import { may, tenantUrl } from '../app/session.ts'
import { Empty } from '../parts/empty.tsx'
import { Failure } from '../parts/failure.tsx'
import { Icon } from '../parts/icon.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { payloadOf } from './payload-of.ts'
import { SendForm } from './send-form.tsx'

/** Sends an event through a form that is generated from its schema. `?from=<id>` runs a job again with changes. */
export function SendPage() {
  const from = query.value.get('from') ?? undefined
  const known = useQuery<readonly EventJson[]>(may('send') ? tenantUrl('events') : undefined)
  const job = useQuery<JobJson>(may('send') && from !== undefined ? tenantUrl('job', { id: from }) : undefined)
  const source = job.data
  const error = known.error ?? job.error
  const [asked, setAsked] = useState(query.value.get('event') ?? '')
  const data = from !== undefined && !source ? undefined : known.data
  const named = data?.find((each) => each.event === (source?.event ?? asked))
  const event = named ?? data?.find(({ definitionIds }) => definitionIds.length > 0) ?? data?.[0]
  return (
    <>
      <div class="page-head">
        <h1>{from === undefined ? 'Send an event' : 'Run again with changes'}</h1>
      </div>
      {!may('send') ? (
        <Empty icon="info" title="You do not have the permission to send events" />
      ) : error ? (
        <Failure error={error} />
      ) : source && data && !named ? (
        <div class="card">
          <Empty icon="info" title={`This process does not know ${source.event}`}>
            <p>
              Import the module that defines the event or its job where you create the dashboard, to run{' '}
              <a class="text-link mono" href={hrefToJob(source.id)}>
                {source.id}
              </a>{' '}
              again.
            </p>
          </Empty>
        </div>
      ) : data?.length === 0 ? (
        <div class="card">
          <Empty icon="send" title="No events">
            <p>
              This process handles no events. Import the modules that call <code>defineJob</code> where you create the
              dashboard.
            </p>
          </Empty>
        </div>
      ) : (
        <div class="card send">
          {source && (
            <p class="notice">
              <Icon name="info" />
              <span>
                Runs{' '}
                <a class="text-link mono" href={hrefToJob(source.id)}>
                  {source.id}
                </a>{' '}
                again with changes, as a new job.{!payloadOf(source) && ' Its payload is not available.'}
              </span>
            </p>
          )}
          <div class="field">
            <label for="event">Event</label>
            <select
              id="event"
              class="select"
              value={event?.event}
              disabled={!data}
              onChange={({ currentTarget: { value } }) => {
                setAsked(value)
                navigate(hrefTo('/send', { event: value }), { replace: true })
              }}
            >
              <EventOptions events={data?.filter(({ definitionIds }) => definitionIds.length > 0)} />
              <optgroup label="No definition here handles these">
                <EventOptions events={data?.filter(({ definitionIds }) => definitionIds.length === 0)} />
              </optgroup>
            </select>
            <span class="muted small about">
              {event &&
                (event.definitionIds.length > 0
                  ? `Handled by ${event.definitionIds.join(', ')}`
                  : 'No definition handles it.')}
            </span>
          </div>
          {event ? (
            <SendForm key={`${event.event} ${from}`} event={event} source={source} />
          ) : (
            <Skeleton width="100%" height={240} />
          )}
        </div>
      )}
    </>
  )
}

function EventOptions({ events = [] }: { events?: readonly EventJson[] | undefined }) {
  return (
    <>
      {events.map(({ event }) => (
        <option key={event}>{event}</option>
      ))}
    </>
  )
}
