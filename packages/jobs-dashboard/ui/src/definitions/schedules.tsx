import { useState } from 'preact/hooks'

import type { DefinitionJson } from '../../../src/api-types.ts'
import { hrefTo } from '../app/router.ts'
import { tenant } from '../app/session.ts'
import { Empty } from '../parts/empty.tsx'
import { formatTime } from '../time/format-time.ts'
import { Time } from '../time/time.tsx'
import { DefinitionActions } from './definition-actions.tsx'
import { DefinitionTags } from './definition-tags.tsx'
import { describeSchedule } from './describe-schedule.ts'
import { LastJob } from './last-job.tsx'

const laterTicks = 2

/** The cron jobs, the one with the next tick first. */
export function Schedules({ cronJobs, onChanged }: { cronJobs: readonly DefinitionJson[]; onChanged: () => void }) {
  if (cronJobs.length === 0) {
    return (
      <Empty icon="calendar" title="This process defines no cron jobs">
        <p>
          Import the modules that call <code>defineCronJob</code> where you create the dashboard. They appear here.
        </p>
      </Empty>
    )
  }
  return (
    <div class="card schedules" role="table" aria-label="Cron jobs">
      <div role="row" class="schedule head">
        <span role="columnheader">Cron job</span>
        <span role="columnheader">Schedule</span>
        <span role="columnheader">Next ticks</span>
        <span role="columnheader">Last job</span>
        <span role="columnheader">
          <span class="visually-hidden">Actions</span>
        </span>
      </div>
      {cronJobs
        .toSorted((a, b) => nextTickOf(a) - nextTickOf(b))
        .map((definition) => (
          <ScheduleRow key={definition.id} definition={definition} onChanged={onChanged} />
        ))}
    </div>
  )
}

function ScheduleRow({ definition, onChanged }: { definition: DefinitionJson; onChanged: () => void }) {
  const { id, event, enabled, cron, lastJob } = definition
  const { schedule, timezone, nextTicks } = cron!
  const words = describeSchedule(schedule)
  const [changes, setChanges] = useState(0)
  const [next, ...later] = enabled ? nextTicks : []
  return (
    <div role="row" class="schedule">
      <span role="cell" class="definition-name">
        <a class="text-link strong" href={hrefTo('/definition', { id })}>
          {id}
        </a>
        <DefinitionTags definition={definition} />
      </span>
      <span role="cell" class="lines" data-label="Schedule">
        <span>{words ?? <code>{schedule}</code>}</span>
        <span class="muted small">
          {words && (
            <>
              <code>{schedule}</code>{' '}
            </>
          )}
          {timezone}
        </span>
      </span>
      <span role="cell" class="lines" data-label="Next ticks">
        {next === undefined ? <span class="muted">None</span> : <Time at={next} detail="minute" />}
        {later.length > 0 && (
          <span class="muted small">
            then{' '}
            {later.slice(0, laterTicks).map((tick, at) => (
              <span key={tick}>
                {at > 0 && ' · '}
                <Tick at={tick} />
              </span>
            ))}
          </span>
        )}
      </span>
      <span role="cell" class="lines" data-label="Last job">
        <LastJob key={`${changes} ${tenant.value}`} id={id} event={event} job={lastJob} />
      </span>
      <span role="cell">
        <DefinitionActions
          definition={definition}
          onChanged={() => {
            setChanges(changes + 1)
            onChanged()
          }}
        />
      </span>
    </div>
  )
}

/** An exact time: relative ones, such as "in 1 d", would often be equal. */
function Tick({ at }: { at: string }) {
  const isToday = formatTime(at, 'day') === formatTime(Date.now(), 'day')
  return (
    <time class="nowrap" dateTime={at} title={formatTime(at)}>
      {formatTime(at, isToday ? 'clock' : 'minute')}
    </time>
  )
}

/** Returns the next tick, epoch milliseconds. A cron job that is disabled has none. */
function nextTickOf({ enabled, cron }: DefinitionJson): number {
  const next = cron?.nextTicks[0]
  return enabled && next !== undefined ? Date.parse(next) : Infinity
}
