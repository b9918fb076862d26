import { useState } from 'preact/hooks'

import type { EventJson } from '../../../src/api-types.ts'
import { useQuery } from '../api/use-query.ts'
import { hrefTo, navigate, query } from '../app/router.ts'
import { may, tenantUrl } from '../app/session.ts'
import { Empty } from '../parts/empty.tsx'
import { Failure } from '../parts/failure.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { SendForm } from './send-form.tsx'

/** Sends an event through a form that is generated from its schema. */
export function SendPage() {
  const { data, error } = useQuery<readonly EventJson[]>(may('send') ? tenantUrl('events') : undefined)
  const [asked, setAsked] = useState(query.value.get('event') ?? '')
  const event =
    data?.find((each) => each.event === asked) ??
    data?.find(({ definitionIds }) => definitionIds.length > 0) ??
    data?.[0]
  return (
    <>
      <div class="page-head">
        <h1>Send an event</h1>
      </div>
      {!may('send') ? (
        <Empty icon="info" title="You do not have the permission to send events" />
      ) : error ? (
        <Failure error={error} />
      ) : data?.length === 0 ? (
        <div class="card">
          <Empty icon="send" title="No events">
            <p>
              This process handles no events. Import the modules that call `defineJob` where you create the dashboard.
            </p>
          </Empty>
        </div>
      ) : (
        <div class="card send">
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
          {event ? <SendForm key={event.event} event={event} /> : <Skeleton width="100%" height={240} />}
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
