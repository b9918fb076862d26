import { whyUnsupported } from '../app/session.ts'
import { fromInput, toInput } from '../time/zoned-input.ts'
import { changeJobQuery, type JobQuery, ranges } from './job-query.ts'

const custom = 'custom'

/** When the jobs were sent, or ended: a range that ends now, or from one time to another. */
export function TimeRangeFilter({ from, why }: { from: JobQuery; why: string | undefined }) {
  const { within, since, until, by } = from
  const noEnds = whyUnsupported('inspect.listJobs by end')
  const isCustom = within === undefined && (since !== undefined || until !== undefined)
  const choose = (value: string) => {
    if (value === custom) {
      changeJobQuery({ within: undefined, since: new Date(Date.now() - ranges['24h']!.ms).toISOString() })
    } else changeJobQuery({ within: value || undefined, since: undefined, until: undefined })
  }
  return (
    <>
      <div class="field">
        <label for="filter-by">Time of</label>
        <select
          id="filter-by"
          class="select"
          disabled={why !== undefined || noEnds !== undefined}
          title={why ?? noEnds}
          value={by ?? ''}
          onChange={({ currentTarget }) => changeJobQuery({ by: currentTarget.value === 'end' ? 'end' : undefined })}
        >
          <option value="">The send</option>
          <option value="end">The end</option>
        </select>
      </div>
      <div class="field">
        <label for="filter-sent">{by === 'end' ? 'Ended' : 'Sent'}</label>
        <select
          id="filter-sent"
          class="select"
          disabled={why !== undefined}
          title={why}
          value={isCustom ? custom : (within ?? '')}
          onChange={({ currentTarget }) => choose(currentTarget.value)}
        >
          <option value="">Any time</option>
          {Object.entries(ranges).map(([name, { label }]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
          <option value={custom}>From – to</option>
        </select>
      </div>
      {isCustom && (
        <>
          <TimeField label="From" value={since} onChange={(time) => changeJobQuery({ since: time })} />
          <TimeField label="To" value={until} onChange={(time) => changeJobQuery({ until: time })} />
        </>
      )}
    </>
  )
}

function TimeField({
  label,
  value,
  onChange,
}: {
  label: string
  value: string | undefined
  onChange: (time: string | undefined) => void
}) {
  const id = `filter-${label.toLowerCase()}`
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        class="input"
        type="datetime-local"
        step="1"
        value={toInput(value)}
        onChange={({ currentTarget }) => onChange(fromInput(currentTarget.value))}
      />
    </div>
  )
}
