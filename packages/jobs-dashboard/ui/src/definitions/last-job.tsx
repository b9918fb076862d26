import { useState } from 'preact/hooks'

import type { DefinitionJson, JobPageJson } from '../../../src/api-types.ts'
import { hrefToJob } from '../app/router.ts'
import { whyUnsupported } from '../app/session.ts'
import { attempt } from '../jobs/change-jobs.ts'
import { findJobs } from '../jobs/find-jobs.ts'
import { describeReach } from '../jobs/search-progress.tsx'
import { ActionButton } from '../parts/action-button.tsx'
import { StateLabel } from '../parts/state-label.tsx'
import { Time } from '../time/time.tsx'

/** The newest job of a cron job. On a hosted engine it is read on request: all of them would take many requests. */
export function LastJob({ id, event, job }: { id: string; event: string; job: DefinitionJson['lastJob'] }) {
  const isTold = whyUnsupported('inspect.countJobs: exact') === undefined
  const [page, setPage] = useState<JobPageJson>()
  const [busy, setBusy] = useState(false)
  const isOpen = page !== undefined && page.jobs.length === 0 && page.cursor !== undefined
  const shown = isTold ? job : page && (page.jobs[0] ?? (isOpen ? undefined : null))
  const load = async () => {
    setBusy(true)
    const next = await attempt(() => findJobs({ event, limit: '1' }, isOpen ? page.cursor : undefined))
    if (next) setPage(next)
    setBusy(false)
  }
  const result =
    shown === null ? (
      <span class="muted">None</span>
    ) : (
      shown && (
        <>
          <a class="text-link" href={hrefToJob(shown.id)}>
            <StateLabel state={shown.state} />
            <span class="visually-hidden"> job of {id}</span>
          </a>
          <span class="muted small">
            <Time at={shown.createdAt} />
          </span>
        </>
      )
    )
  if (isTold) return <>{result}</>
  // The button stays: the page can be open for long, and it has the focus.
  return (
    <>
      {result}
      {isOpen && <span class="muted small">Searched {describeReach(page.searchedTo)}none found</span>}
      <ActionButton kind="plain" busy={busy} onClick={() => void load()}>
        {page === undefined ? 'Show' : isOpen ? 'Continue' : 'Reload'}
        <span class="visually-hidden"> the last job of {id}</span>
      </ActionButton>
    </>
  )
}
