import { useEffect, useState } from 'preact/hooks'

import type { JobJson } from '../../../src/api-types.ts'
import { useQuery } from '../api/use-query.ts'
import { hrefTo, query } from '../app/router.ts'
import { may, tenantUrl, whyUnsupported } from '../app/session.ts'
import { useShortcuts } from '../app/shortcuts.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Failure } from '../parts/failure.tsx'
import { Icon } from '../parts/icon.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { StateLabel } from '../parts/state-label.tsx'
import { LazyChangeSelectedDialog } from '../jobs/lazy-change-selected-dialog.ts'
import { isOpen } from './is-open.ts'
import { isRetryable } from './is-retryable.ts'
import { JobActions } from './job-actions.tsx'
import { JobFacts } from './job-facts.tsx'
import { LazySignalDialog } from './lazy-signal-dialog.ts'
import { WaitNotice } from './wait-notice.tsx'
import { RunCard } from './run-card.tsx'
import { clearPart, selectNeighbor } from './select-part.ts'
import { ValueCard } from './value-card.tsx'

const pushedMs = 2000
const polledMs = 5000
const endedMs = 30_000

/** Everything about one job. It follows the job until it ends, and notices a later retry. */
export function JobPage({ id }: { id: string }) {
  const [isEnded, setIsEnded] = useState(false)
  const [action, setAction] = useState<'retry' | 'cancel' | 'signal'>()
  const openMs = whyUnsupported('inspect.subscribe: push') === undefined ? pushedMs : polledMs
  const { data, error, reload } = useQuery<JobJson>(tenantUrl('job', { id }), {
    refreshMs: isEnded ? endedMs : openMs,
    keeps: true,
  })
  if (data && isOpen(data.state) === isEnded) setIsEnded(!isEnded)
  useShortcuts({
    r: () => data && isRetryable(data.state) && may('retry') && setAction('retry'),
    c: () => data && isOpen(data.state) && may('cancel') && setAction('cancel'),
    j: () => selectNeighbor(1),
    k: () => selectNeighbor(-1),
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isElsewhere = document.querySelector('dialog[open]') ?? (event.target as Element).closest('input, select')
      if (event.key === 'Escape' && !event.defaultPrevented && !isElsewhere && query.value.has('part')) clearPart(id)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [id])
  return (
    <>
      <nav aria-label="Breadcrumb" class="crumbs small">
        <a class="text-link" href={hrefTo('/jobs')}>
          Jobs
        </a>
        <Icon name="chevron" />
        <span class="mono clip" title={id}>
          {id}
        </span>
        <CopyButton text={id} label="Copy the id" />
      </nav>
      {error ? (
        <Failure error={error} />
      ) : data ? (
        <>
          <div class="page-head">
            <h1 class="clip">{titleOf(data)}</h1>
            <span aria-live="polite">
              <StateLabel state={data.state} badge />
            </span>
            <span class="spacer" />
            <div class="job-actions">
              <JobActions job={data} onChoose={setAction} />
            </div>
          </div>
          <JobFacts job={data} />
          {data.state === 'unhandled' && (
            <p class="notice" data-tone="amber">
              <Icon name="info" />
              <span>No definition handles this event. Retry the job once one does.</span>
            </p>
          )}
          {data.waiting && <WaitNotice subject="This job" waiting={data.waiting} />}
          {data.runs.map((run, at) => (
            <RunCard key={run.id} job={data} run={run} isOnly={data.runs.length === 1} number={at + 1} />
          ))}
          <ValueCard
            title="Payload"
            value={data.payload}
            download={tenantUrl('download', { id, part: 'payload' })}
            missing="The engine does not have the payload of this job any more, or does not report it."
          />
        </>
      ) : (
        <Loading />
      )}
      {action === 'signal'
        ? data && <LazySignalDialog job={data} onClose={() => setAction(undefined)} onDone={reload} />
        : action && (
            <LazyChangeSelectedDialog action={action} ids={[id]} onClose={() => setAction(undefined)} onDone={reload} />
          )}
    </>
  )
}

/** Returns the definition of the job's runs, or the event if there are several. */
function titleOf({ event, runs }: JobJson): string {
  const ids = new Set(runs.map(({ definitionId }) => definitionId))
  return ids.size === 1 ? [...ids][0]! : event
}

function Loading() {
  return (
    <>
      <div class="page-head">
        <Skeleton width="240px" height={28} />
      </div>
      <div class="card facts">
        {Array.from({ length: 6 }, (_, at) => (
          <Skeleton key={at} width="70%" height={38} />
        ))}
      </div>
      <div class="card">
        <header>
          <Skeleton width="160px" height={20} />
        </header>
        <div class="body">
          <Skeleton width="100%" height={160} />
        </div>
      </div>
    </>
  )
}
