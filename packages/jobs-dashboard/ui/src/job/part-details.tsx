import type { JobJson, RunJson } from '../../../src/api-types.ts'
import { hrefTo, hrefToJob } from '../app/router.ts'
import { tenantUrl } from '../app/session.ts'
import { Icon } from '../parts/icon.tsx'
import { StateLabel } from '../parts/state-label.tsx'
import { formatDuration } from '../time/format-duration.ts'
import { ErrorView } from './error-view.tsx'
import { Fact, TimeFact } from './fact.tsx'
import { clearPart, hrefToPart, revealPart } from './select-part.ts'
import { ValueView } from './value-view.tsx'
import type { Segment, WaterfallPart, WaterfallRow } from './waterfall-rows.ts'

const kinds: Readonly<Partial<Record<WaterfallPart['kind'], string>>> = {
  run: 'Step',
  sleep: 'Sleep',
  sleepUntil: 'Sleep',
  waitForEvent: 'Wait for an event',
  waitForSignal: 'Wait for a signal',
  sendEvent: 'Sends an event',
  patched: 'Change of the code',
  runJob: 'Runs a job',
  compensation: 'Compensation',
}

/** The details of a part of the waterfall. */
export function PartDetails({ job, run, row }: { job: JobJson; run: RunJson; row: WaterfallRow }) {
  const { label, state, part } = row
  const { kind, startedAt, endedAt, nextAttemptAt, attempts = 0, maxAttempts, output, error, worker } = part
  const stepId = output && kind !== 'attempt' && kind !== 'whole' ? label : undefined
  return (
    <>
      <header>
        <div>
          <p class="muted small">{kinds[kind] ?? run.definitionId}</p>
          <h3>{label}</h3>
        </div>
        <button
          type="button"
          class="icon-button"
          aria-label="Close the details"
          title="Close (Esc)"
          onClick={() => clearPart(job.id)}
        >
          <Icon name="close" />
        </button>
      </header>
      <dl>
        <Fact name="State">
          <StateLabel state={state} />
        </Fact>
        <WaitFacts part={part} />
        <TimeFact name="Started" at={startedAt} />
        <TimeFact name="Ended" at={endedAt} />
        <DurationFact
          name="Waited"
          segment={row.segments.find((each) => each.kind === 'wait' && each.to > each.from)}
        />
        <DurationFact name="Duration" segment={row.segments.find((each) => each.kind === 'work')} />
        {attempts > 0 && (
          <Fact name="Attempts">
            {attempts}
            {maxAttempts !== undefined && ` of ${maxAttempts}`}
          </Fact>
        )}
        <TimeFact name="Next attempt" at={nextAttemptAt} />
        {worker !== undefined && (
          <Fact name="Worker">
            <span class="mono">{worker}</span>
          </Fact>
        )}
        {part.compensation && (
          <Fact name="Compensation">
            <a
              data-replace
              class="text-link"
              href={hrefToPart(job.id, run.id, `compensation ${label}`)}
              onClick={revealPart}
            >
              <StateLabel state={part.compensation.state} />
            </a>
          </Fact>
        )}
        {kind === 'compensation' && (
          <Fact name="Reverses">
            <a data-replace class="text-link" href={hrefToPart(job.id, run.id, `step ${label}`)} onClick={revealPart}>
              {label}
            </a>
          </Fact>
        )}
      </dl>
      {error && <ErrorView error={error} title={state === 'failed' ? 'Error' : 'Last error'} />}
      {output && (
        <div>
          <h4>Output</h4>
          <ValueView
            value={output}
            download={tenantUrl('download', { id: job.id, run: run.id, step: stepId, part: 'output' })}
          />
        </div>
      )}
    </>
  )
}

/** The event or job that a wait waits for, and its end. */
function WaitFacts({ part: { waitsFor, waitsUntil } }: { part: WaterfallPart }) {
  return (
    <>
      {waitsFor && (
        <Fact name="Waits for">
          {'signal' in waitsFor ? (
            waitsFor.signal
          ) : 'event' in waitsFor ? (
            <>
              <a class="text-link" href={hrefTo('/jobs', { event: waitsFor.event })}>
                {waitsFor.event}
              </a>
              {Object.entries(waitsFor.match ?? {}).map(([field, value], index) => (
                <span class="listed">
                  {index === 0 ? 'where' : 'and'} <code>{field}</code> is <code>{JSON.stringify(value)}</code>
                </span>
              ))}
            </>
          ) : (
            <a class="text-link mono" href={hrefToJob(waitsFor.jobId)}>
              {waitsFor.jobId}
            </a>
          )}
        </Fact>
      )}
      {waitsFor && 'event' in waitsFor && <TimeFact name="Counts events since" at={waitsFor.since} />}
      <TimeFact name="Waits until" at={waitsUntil} />
    </>
  )
}

function DurationFact({ name, segment }: { name: string; segment: Segment | undefined }) {
  return segment ? <Fact name={name}>{formatDuration(segment.to - segment.from)}</Fact> : null
}
