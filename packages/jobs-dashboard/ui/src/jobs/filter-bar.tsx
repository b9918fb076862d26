import { useState } from 'preact/hooks'

import type { DefinitionJson } from '../../../src/api-types.ts'
import { useQuery } from '../api/use-query.ts'
import { hrefTo, navigate } from '../app/router.ts'
import { seesAll, session, tenant, tenantUrl, whyUnsupported } from '../app/session.ts'
import { Icon } from '../parts/icon.tsx'
import { jobStates, stateLook } from '../parts/states.ts'
import { FilterField } from './filter-field.tsx'
import { changeJobQuery, hasCondition, type JobQuery } from './job-query.ts'
import { TimeRangeFilter } from './time-range-filter.tsx'

/** The conditions of the list. They are in the address, so a link or a reload keeps them. */
export function FilterBar({ from }: { from: JobQuery }) {
  const [isOpen, setIsOpen] = useState(false)
  const [needsDefinitions, setNeedsDefinitions] = useState(false)
  const definitions = useQuery<readonly DefinitionJson[]>(needsDefinitions ? tenantUrl('definitions') : undefined).data
  const whyNoStates = whyUnsupported('inspect.listJobs by state')
  const { states } = from
  const noDefinitions = whyUnsupported('inspect.listJobs by definition')
  const noErrors = whyUnsupported('inspect.listJobs by error')
  return (
    <div class="filters" role="search" aria-label="Filter jobs" data-open={isOpen}>
      <div class="chips" role="group" aria-label="States">
        {jobStates.map((state) => {
          const { tone, icon, label } = stateLook(state)
          const isOn = states.includes(state)
          return (
            <button
              key={state}
              type="button"
              class="chip"
              data-tone={tone}
              aria-pressed={isOn}
              disabled={whyNoStates !== undefined}
              title={whyNoStates}
              onClick={() =>
                changeJobQuery({ states: isOn ? states.filter((each) => each !== state) : [...states, state] })
              }
            >
              <Icon name={icon} />
              {label}
            </button>
          )
        })}
        <button
          type="button"
          class="chip more-filters"
          aria-expanded={isOpen}
          aria-controls="filter-fields"
          onClick={() => setIsOpen(!isOpen)}
        >
          <Icon name="filter" />
          Filters
        </button>
        {(hasCondition(from) || (seesAll.value && tenant.value !== undefined)) && (
          <button
            type="button"
            class="chip clear"
            onClick={() => navigate(hrefTo('/jobs', seesAll.value ? { tenant: undefined } : {}), { replace: true })}
          >
            <Icon name="close" />
            Clear
          </button>
        )}
      </div>
      <div class="filter-fields" id="filter-fields" onFocusIn={() => setNeedsDefinitions(true)}>
        <FilterField
          name="definition"
          label="Definition"
          value={from.definition}
          why={noDefinitions}
          choices={definitions?.map(({ id }) => id)}
          onChange={(definition) => changeJobQuery({ definition })}
        />
        <FilterField
          name="event"
          label="Event"
          value={from.event}
          choices={definitions && [...new Set(definitions.map(({ event }) => event))]}
          onChange={(event) => changeJobQuery({ event })}
        />
        {seesAll.value && (
          <FilterField
            name="tenant"
            label="Tenant"
            value={tenant.value}
            onChange={(id) => {
              const url = new URL(location.href)
              if (id) url.searchParams.set('tenant', id)
              else url.searchParams.delete('tenant')
              navigate(url.href, { replace: true })
            }}
          />
        )}
        <FilterField
          name="reference"
          label="Reference"
          value={from.reference}
          why={whyUnsupported('reference')}
          onChange={(reference) => changeJobQuery({ reference })}
        />
        <FilterField
          name="error"
          label="Error contains"
          value={from.error}
          why={noErrors}
          onChange={(error) => changeJobQuery({ error })}
        />
        {(session.value?.findsPayloads || from.payload !== undefined) && (
          <FilterField
            name="payload"
            label="Payload contains"
            value={from.payload}
            why={whyUnsupported('inspect.listJobs by payload')}
            onChange={(payload) => changeJobQuery({ payload })}
          />
        )}
        {from.group !== undefined && (
          <FilterField
            name="group"
            label="Fails with"
            value={from.group}
            onChange={(group) => changeJobQuery({ group })}
          />
        )}
        <TimeRangeFilter from={from} why={whyUnsupported('inspect.listJobs by time')} />
      </div>
    </div>
  )
}
