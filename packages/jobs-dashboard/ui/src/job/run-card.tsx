import { useState } from 'preact/hooks'

import type { JobJson, RunJson } from '../../../src/api-types.ts'
import { hrefToJob } from '../app/router.ts'
import { tenantUrl } from '../app/session.ts'
import { StateLabel } from '../parts/state-label.tsx'
import { ErrorView } from './error-view.tsx'
import { isOpen } from './is-open.ts'
import { StepGraph } from './step-graph.tsx'
import { ValueView } from './value-view.tsx'
import { Waterfall } from './waterfall.tsx'

/** One run of a job: its attempts and steps on a time axis, its error and its output. */
export function RunCard({ job, run, isOnly, number }: { job: JobJson; run: RunJson; isOnly: boolean; number: number }) {
  const [view, setView] = useState<'timeline' | 'graph'>('timeline')
  const { definitionId, state, attempts, maxAttempts, error, output, steps, retryOf, supersededBy } = run
  return (
    <section class="card" aria-label={`Run ${number}: ${definitionId}`}>
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
      <div class="body">
        {view === 'graph' && steps ? <StepGraph steps={steps} /> : <Waterfall job={job} run={run} />}
      </div>
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
