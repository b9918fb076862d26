import { useEffect, useRef, useState } from 'preact/hooks'

import type { ChangedJson, MatchingBody } from '../../../src/api-types.ts'
import { act } from '../api/request.ts'
import { tenant } from '../app/session.ts'
import { Dialog } from '../parts/dialog.tsx'
import { formatNumber } from '../parts/format-count.ts'
import { Skeleton } from '../parts/skeleton.tsx'
import { attempt } from './change-jobs.ts'
import { ChangeResult } from './change-result.tsx'
import { describeQuery, type JobQuery, toFilter } from './job-query.ts'

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
  const [filter] = useState(() => toFilter(from, Date.now()))
  const [matched, setMatched] = useState<number>()
  const [result, setResult] = useState<ChangedJson>()
  const [phase, setPhase] = useState<'counting' | 'asking' | 'changing' | 'done'>('counting')
  const isStopped = useRef(false)
  const { title, verb, done, which } = words[action]

  const request = (dryRun: boolean) =>
    attempt(() =>
      act<ChangedJson>(`${action}-matching`, { tenant: tenant.value }, { filter, dryRun } satisfies MatchingBody),
    )
  useEffect(() => {
    void request(true).then((counted) => {
      if (counted) setMatched(counted.matched)
      setPhase(counted ? 'asking' : 'done')
    })
    return () => {
      isStopped.current = true
    }
  }, [])

  const run = async () => {
    setPhase('changing')
    let total: ChangedJson | undefined
    while (!isStopped.current) {
      const next = await request(false)
      if (!next) break
      total = { ...next, changed: next.changed + (total?.changed ?? 0), skipped: next.skipped + (total?.skipped ?? 0) }
      setResult(total)
      if (next.isComplete || next.changed === 0) break
    }
    setPhase('done')
    onDone()
  }

  return (
    <Dialog title={title} onClose={onClose}>
      <ul class="chips">
        {describeQuery(from).map((text) => (
          <li key={text} class="tag clip">
            {text}
          </li>
        ))}
        {tenant.value !== undefined && <li class="tag clip">tenant {tenant.value}</li>}
      </ul>
      <div class="dry-run" aria-live="polite">
        {result ? (
          <ChangeResult result={result} total={matched ?? result.matched} done={done} />
        ) : matched === undefined ? (
          phase === 'counting' && <Skeleton width="70%" height={20} />
        ) : matched === 0 ? (
          <p>No {which} job matches. There is nothing to do.</p>
        ) : (
          <p>
            <strong>
              {formatNumber(matched)} {which} {matched === 1 ? 'job matches' : 'jobs match'}.
            </strong>{' '}
            Nothing has changed yet. Each job is {done} at most once; you can stop and continue at any time.
          </p>
        )}
      </div>
      <div class="actions">
        <button type="button" class="button" onClick={onClose}>
          {phase === 'changing' ? 'Stop' : phase === 'done' ? 'Close' : 'Back'}
        </button>
        {phase !== 'done' && (
          <button
            type="button"
            class="button primary"
            disabled={phase !== 'asking' || matched === 0}
            onClick={() => void run()}
          >
            {verb} {matched === undefined ? '' : formatNumber(matched)} {matched === 1 ? 'job' : 'jobs'}
          </button>
        )}
      </div>
    </Dialog>
  )
}
