import { useState } from 'preact/hooks'

import type { DefinitionJson, JobPageJson, JobSummaryJson } from '../../../src/api-types.ts'
import { read } from '../api/request.ts'
import { hrefToJob } from '../app/router.ts'
import { tenantUrl, whyUnsupported } from '../app/session.ts'
import { attempt } from '../jobs/change-jobs.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { StateLabel } from '../parts/state-label.tsx'
import { Time } from '../time/time.tsx'

/** The newest job of a cron job. On a hosted engine it is read on request: all of them would take many requests. */
export function LastJob({ id, event, job }: { id: string; event: string; job: DefinitionJson['lastJob'] }) {
  const isTold = whyUnsupported('inspect.countJobs: exact') === undefined
  const [found, setFound] = useState<JobSummaryJson | null>()
  const [busy, setBusy] = useState(false)
  const shown = isTold ? job : found
  const load = async () => {
    setBusy(true)
    const page = await attempt(() => read<JobPageJson>(tenantUrl('jobs', { event, limit: '1' })))
    if (page) setFound(page.jobs[0] ?? null)
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
      <ActionButton kind="plain" busy={busy} onClick={() => void load()}>
        {found === undefined ? 'Show' : 'Reload'}
        <span class="visually-hidden"> the last job of {id}</span>
      </ActionButton>
    </>
  )
}
