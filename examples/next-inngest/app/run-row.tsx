import type { ReactNode } from 'react'

import type { RunView } from '../src/job-view.ts'

/** A run with its attempts as dots and its current state. */
export function RunRow({ run }: { run: RunView }): ReactNode {
  const { definitionId, state, maxAttempts, nextAttemptAt, problem, output, isRetry } = run
  return (
    <li>
      <span className="job">
        {definitionId}
        {isRetry && <small> manual retry</small>}
      </span>
      <ol className="attempts">
        {Array.from({ length: maxAttempts }, (_, index) => (
          <li key={index} className={attemptState(run, index + 1)}>
            <span className="screen-reader-only">
              attempt {index + 1} of {maxAttempts}: {attemptState(run, index + 1)}
            </span>
          </li>
        ))}
      </ol>
      <span className={`state ${state}`}>{state}</span>
      <span className="detail">
        {nextAttemptAt && <strong>Next attempt at {new Date(nextAttemptAt).toLocaleTimeString('en-GB')}. </strong>}
        {state !== 'completed' && problem}
        {output !== undefined && <code title={JSON.stringify(output)}>{JSON.stringify(output)}</code>}
      </span>
    </li>
  )
}

/** Returns the state of an attempt. All attempts before the last one have failed. */
function attemptState({ attempts, state }: RunView, attempt: number): string {
  if (attempt > attempts) return 'not started'
  if (attempt < attempts || state === 'retrying') return 'failed'
  return state
}
