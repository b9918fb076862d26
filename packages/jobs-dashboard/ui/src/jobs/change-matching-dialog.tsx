import type { JobState } from '@cgk-platform/jobs-core'
import { useState } from 'preact/hooks'

import { tenant } from '../app/session.ts'
import { Dialog } from '../parts/dialog.tsx'
import { formatNumber } from '../parts/format-count.ts'
import { Icon } from '../parts/icon.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { jobStateLooks } from '../parts/states.ts'
import { changeableStates } from './changeable-states.ts'
import { ChangeResult } from './change-result.tsx'
import { describeQuery, type JobQuery, toFilter } from './job-query.ts'
import { describeReach } from './search-progress.tsx'
import { type MatchingChange, useMatchingChange } from './use-matching-change.ts'

const words = {
  retry: { title: 'Retry all jobs that match', verb: 'Retry', done: 'retried', which: 'failed' },
  cancel: { title: 'Cancel all jobs that match', verb: 'Cancel', done: 'cancelled', which: 'unfinished' },
} as const

/** Counts the jobs that match, asks, then retries or cancels them. Closing it stops after the current request. */
export function ChangeMatchingDialog({
  action,
  from,
  onClose,
  onDone,
}: {
  action: 'retry' | 'cancel'
  from: JobQuery
  onClose: () => void
  onDone: () => void
}) {
  const [{ states, remark }] = useState(() => changeableStates(action, from.states))
  const [filter] = useState(() =>
    states?.length === 0 ? undefined : toFilter({ ...from, states: states ?? [] }, Date.now()),
  )
  const [of] = useState(() => tenant.peek())
  const change = useMatchingChange(action, filter, onDone)
  const { phase, counted, result, problem } = change
  const { title, verb, done } = words[action]
  return (
    <Dialog title={title} onClose={onClose}>
      <ul class="chips">
        {describeQuery(from).map((text) => (
          <li key={text} class="tag clip">
            {text}
          </li>
        ))}
        {of !== undefined && <li class="tag clip">tenant {of}</li>}
      </ul>
      {remark !== undefined && <p>{remark}</p>}
      <div class="dry-run" aria-live="polite">
        {result ? (
          <ChangeResult
            result={result}
            total={counted?.isComplete && !result.isComplete ? counted.matched : undefined}
            done={done}
          />
        ) : (
          filter && <Counted which={whichOf(action, states)} done={done} change={change} />
        )}
        {problem !== undefined && (
          <p class="notice" data-tone="amber" role="alert">
            <Icon name="warning" />
            <span>{problem}</span>
          </p>
        )}
      </div>
      <div class="actions">
        {phase === 'changing' ? (
          <button type="button" class="button" onClick={change.stop}>
            Stop
          </button>
        ) : (
          <button type="button" class="button" onClick={onClose}>
            {result || !filter ? 'Close' : 'Back'}
          </button>
        )}
        {phase === 'counting' && counted && (
          <button type="button" class="button" onClick={change.stop}>
            Stop counting
          </button>
        )}
        {phase === 'asking' && !counted?.isComplete && (
          <button type="button" class="button" onClick={change.count}>
            {counted ? 'Continue counting' : 'Count again'}
          </button>
        )}
        {phase !== 'done' && (
          <button
            type="button"
            class="button primary"
            disabled={phase === 'counting' || phase === 'changing' || isNone(change)}
            onClick={change.run}
          >
            {phase === 'stopped' ? 'Continue' : `${verb} ${jobsOf(change)}`}
          </button>
        )}
      </div>
    </Dialog>
  )
}

/** Says how many jobs match, and that there may be more. */
function Counted({ which, done, change }: { which: string; done: string; change: MatchingChange }) {
  const { phase, counted } = change
  if (!counted) return phase === 'counting' ? <Skeleton width="70%" height={20} /> : null
  const { matched, isComplete, searchedTo } = counted
  if (isComplete && matched === 0) return <p>No {which} job matches. There is nothing to do.</p>
  const jobs = `${formatNumber(matched)} ${which} ${matched === 1 ? 'job matches' : 'jobs match'}`
  const reach = describeReach(searchedTo, 'any')
  return (
    <p>
      {isComplete ? (
        <strong>{jobs}.</strong>
      ) : (
        <>
          {phase === 'counting' ? 'Counting…' : 'Counting was stopped.'} {reach && `Searched ${reach}`}
          <strong>{matched === 0 ? `no ${which} job found` : `at least ${jobs}`}</strong>. There may be more.
        </>
      )}{' '}
      Nothing has changed yet. Each job is {done} at most once; you can stop and continue at any time.
    </p>
  )
}

/** Says which of the jobs that match are changed. */
function whichOf(action: 'retry' | 'cancel', states: readonly JobState[] | undefined): string {
  const isChosen = action === 'retry' && states !== undefined
  return isChosen ? states.map((state) => jobStateLooks[state].label.toLowerCase()).join(' or ') : words[action].which
}

function isNone({ counted }: MatchingChange): boolean {
  return counted?.isComplete === true && counted.matched === 0
}

function jobsOf({ counted }: MatchingChange): string {
  if (!counted?.isComplete) return 'all that match'
  return counted.matched === 1 ? '1 job' : `${formatNumber(counted.matched)} jobs`
}
