import { useState } from 'preact/hooks'

import type { ChangedJson, JobIdsBody } from '../../../src/api-types.ts'
import { act } from '../api/request.ts'
import { may, tenant } from '../app/session.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import { describeProblem } from './change-jobs.ts'
import { addResults, ChangeResult } from './change-result.tsx'

const maxIds = 100
const words = {
  retry: {
    title: 'Retry',
    verb: 'Retry',
    done: 'retried',
    note: 'Only failed and unhandled jobs are retried, each once.',
  },
  cancel: { title: 'Cancel', verb: 'Cancel', done: 'cancelled', note: 'Jobs that have ended stay as they are.' },
} as const

/** Asks before it retries or cancels the selected jobs. */
export function ChangeSelectedDialog({
  action,
  ids,
  onClose,
  onDone,
}: {
  action: 'retry' | 'cancel'
  ids: readonly string[]
  onClose: () => void
  onDone: () => void
}) {
  const [isBusy, setIsBusy] = useState(false)
  const [result, setResult] = useState<ChangedJson>()
  const [problem, setProblem] = useState<string>()
  const { title, verb, note, done } = words[action]
  const jobs = ids.length === 1 ? '1 job' : `${ids.length} jobs`
  const run = async () => {
    setIsBusy(true)
    for (let at = 0; at < ids.length; at += maxIds) {
      try {
        const body = { ids: ids.slice(at, at + maxIds) } satisfies JobIdsBody
        const next = await act<ChangedJson>(action, { tenant: tenant.value }, body)
        setResult((before) => addResults(before, next))
      } catch (error) {
        setProblem(describeProblem(error)) // a message outside of the dialog would be behind it
        break
      }
    }
    setIsBusy(false)
    onDone()
  }
  return (
    <Dialog title={`${title} ${jobs}?`} onClose={onClose}>
      {!may(action) ? (
        <p>You do not have the permission to {action} jobs.</p>
      ) : result ? (
        <ChangeResult result={result} total={ids.length} done={done} />
      ) : (
        <p>{note}</p>
      )}
      {problem !== undefined && (
        <p class="notice" data-tone="amber" role="alert">
          <Icon name="warning" />
          <span>{problem}</span>
        </p>
      )}
      <div class="actions">
        <button type="button" class="button" onClick={onClose}>
          {result && !isBusy ? 'Close' : 'Back'}
        </button>
        {may(action) && !(result && !isBusy) && (
          // A cancel cannot be taken back, so Enter does not choose it.
          <button
            type="button"
            class="button primary"
            autofocus={action === 'retry'}
            disabled={isBusy}
            onClick={() => void run()}
          >
            {verb} {jobs}
          </button>
        )}
      </div>
    </Dialog>
  )
}
