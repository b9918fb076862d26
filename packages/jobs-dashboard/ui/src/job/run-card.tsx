import { useState } from 'preact/hooks'

import type { JobJson, RunJson } from '../../../src/api-types.ts'
import { lazyPage } from '../app/lazy-page.tsx'
import { hrefToJob, query } from '../app/router.ts'
import { tenantUrl } from '../app/session.ts'
import { StateLabel } from '../parts/state-label.tsx'
import { now } from '../time/now.ts'
import { Time } from '../time/time.tsx'
import { ErrorView } from './error-view.tsx'
import { isOpen } from './is-open.ts'
import { hrefToPart, partPanelId, revealPart } from './select-part.ts'
import { ValueView } from './value-view.tsx'
import { WaitNotice } from './wait-notice.tsx'
import { findRow, toWaterfall } from './waterfall-rows.ts'
import { Waterfall } from './waterfall.tsx'

const PartDetails = lazyPage(async () => (await import('./part-details.tsx')).PartDetails, {
  isNeeded: query.peek().has('part'),
})
const StepGraph = lazyPage(async () => (await import('./step-graph.tsx')).StepGraph)

/** One run of a job: its attempts and steps on a time axis, its error and its output. */
export function RunCard({ job, run, isOnly, number }: { job: JobJson; run: RunJson; isOnly: boolean; number: number }) {
  const [view, setView] = useState<'timeline' | 'graph'>('timeline')
  const { definitionId, state, attempts, maxAttempts, error, output, steps, retryOf, supersededBy, parked, waiting } =
    run
  // Reading `now` repeats this every second, which only an open run needs.
  const data = toWaterfall(job, run, isOpen(state) ? now.value : 0)
  const hrefOf = (part: string) => hrefToPart(job.id, run.id, part)
  const selected = query.value.get('run') === run.id ? findRow(data.rows, query.value.get('part')) : undefined
  return (
    <section class={selected ? 'card split' : 'card'} aria-label={`Run ${number}: ${definitionId}`}>
      <header>
        <h2>{isOnly ? 'Run' : `Run ${number}: ${definitionId}`}</h2>
        {!isOnly && <StateLabel state={state} />}
        {retryOf && <span class="tag">Retry of an earlier run</span>}
        {supersededBy && (
          <a class="text-link small" href={hrefToJob(supersededBy)}>
            superseded by a later job
          </a>
        )}
        <span class="spacer" />
        <span class="muted small">
          {attempts} of {maxAttempts} {maxAttempts === 1 ? 'attempt' : 'attempts'}
        </span>
        {steps && steps.length > 0 && (
          <div class="segments" role="group" aria-label="View">
            {(['timeline', 'graph'] as const).map((each) => (
              <button key={each} type="button" aria-pressed={view === each} onClick={() => setView(each)}>
                {each === 'timeline' ? 'Timeline' : 'Graph'}
              </button>
            ))}
          </div>
        )}
      </header>
      {waiting && (
        <div class="body">
          <WaitNotice subject={isOnly ? 'This job' : 'This run'} waiting={waiting} />
        </div>
      )}
      <div class="body">
        {view === 'graph' && steps ? (
          <StepGraph steps={steps} selected={selected?.key} hrefOf={hrefOf} onSelect={revealPart} />
        ) : (
          <Waterfall data={data} selected={selected} hrefOf={({ key }) => hrefOf(key)} />
        )}
      </div>
      {selected && (
        <section id={partPanelId} class="part" tabIndex={-1} aria-label={`Details of ${selected.label}`}>
          <div class="part-scroll">
            <PartDetails key={selected.key} job={job} run={run} row={selected} />
          </div>
        </section>
      )}
      {parked && (
        <div class="body">
          <ErrorView error={parked.error} title="Parked: waits for other code" />
          <p class="muted small">
            Since <Time at={parked.since} />. Fails <Time at={parked.until} />, without a compensation.
          </p>
        </div>
      )}
      {error && (
        <div class="body">
          <ErrorView error={error} title={isOpen(state) ? 'Last error' : 'Error'} />
        </div>
      )}
      {output && (
        <div class="body">
          <h3 class="value-title">Output</h3>
          <ValueView value={output} download={tenantUrl('download', { id: job.id, run: run.id, part: 'output' })} />
        </div>
      )}
    </section>
  )
}
