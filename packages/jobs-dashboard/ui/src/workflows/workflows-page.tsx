import { useEffect, useState } from 'preact/hooks'

import type { DefinitionJson, JobJson, JobPageJson } from '../../../src/api-types.ts'
import { useQuery } from '../api/use-query.ts'
import { hrefTo, hrefToJob, query } from '../app/router.ts'
import { tenantUrl } from '../app/session.ts'
import { attempt } from '../jobs/change-jobs.ts'
import { findJobs } from '../jobs/find-jobs.ts'
import { describeReach } from '../jobs/search-progress.tsx'
import { hrefToPart } from '../job/select-part.ts'
import { StepGraph } from '../job/step-graph.tsx'
import { Empty } from '../parts/empty.tsx'
import { Failure } from '../parts/failure.tsx'
import { Icon } from '../parts/icon.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { stateLook } from '../parts/states.ts'
import { Time } from '../time/time.tsx'

const refreshMs = 5000
const shownJobs = '12'

/** The workflows, and the steps of one of their recent jobs as a graph. */
export function WorkflowsPage() {
  const { data: definitions, error } = useQuery<readonly DefinitionJson[]>(tenantUrl('definitions'))
  const workflows = definitions?.filter(({ kind }) => kind === 'workflow')
  const definition = query.value.get('definition') ?? workflows?.[0]?.id
  return (
    <>
      <div class="page-head">
        <h1>Workflows</h1>
      </div>
      {error && <Failure error={error} />}
      {workflows?.length === 0 && (
        <div class="card">
          <Empty icon="workflow" title="This process defines no workflows">
            <p>
              Define one with <code>defineWorkflow</code>, or import its module where you create the dashboard.
            </p>
          </Empty>
        </div>
      )}
      {workflows && workflows.length > 0 && (
        <nav class="chips" aria-label="Workflows">
          {workflows.map(({ id }) => (
            <a
              key={id}
              class="chip"
              href={hrefTo('/workflows', { definition: id })}
              aria-current={id === definition ? 'true' : undefined}
            >
              {id}
            </a>
          ))}
        </nav>
      )}
      {definition !== undefined && <RecentJobs key={definition} definition={definition} />}
    </>
  )
}

function RecentJobs({ definition }: { definition: string }) {
  const { data, error } = useQuery<JobPageJson>(tenantUrl('jobs', { definition, limit: shownJobs }), {
    refreshMs,
    keeps: true,
  })
  const [older, setOlder] = useState<JobPageJson>()
  const [isSearching, setIsSearching] = useState(false)
  const isEmpty = data !== undefined && data.jobs.length === 0
  const shown = isEmpty && older ? older : data
  const chosen = query.value.get('id') ?? shown?.jobs[0]?.id
  const search = async () => {
    setIsSearching(true)
    const found = await attempt(() => findJobs({ definition, limit: shownJobs }, shown?.cursor))
    if (found) setOlder(found)
    setIsSearching(false)
  }
  // The newest jobs that the engine reads at once can be others.
  useEffect(() => {
    if (isEmpty && data.cursor !== undefined) void search()
  }, [isEmpty])
  if (error) return <Failure error={error} />
  return (
    <div class="workflow-columns">
      <section class="card">
        <header>
          <h2>Recent jobs</h2>
        </header>
        {shown?.jobs.length === 0 &&
          (shown.cursor === undefined ? (
            <p class="muted quiet">No job of this workflow yet.</p>
          ) : (
            <div class="search-progress" role="status">
              <p>
                {isSearching ? 'Searching…' : 'Searched'} {describeReach(shown.searchedTo)}
                <strong>none found</strong>.
              </p>
              <button type="button" class="button" disabled={isSearching} onClick={() => void search()}>
                Continue searching
              </button>
            </div>
          ))}
        <ul class="list-rows">
          {shown
            ? shown.jobs.map(({ id, state, tenantId, createdAt }) => (
                <li key={id}>
                  <a href={hrefTo('/workflows', { definition, id })} aria-current={id === chosen ? 'true' : undefined}>
                    <span class="state" data-tone={stateLook(state).tone} title={stateLook(state).label}>
                      <Icon name={stateLook(state).icon} />
                      <span class="visually-hidden">{stateLook(state).label}</span>
                    </span>
                    <span class="clip">{tenantId}</span>
                    <span class="muted small">
                      <Time at={createdAt} />
                    </span>
                  </a>
                </li>
              ))
            : Array.from({ length: 4 }, (_, at) => (
                <li key={at} class="quiet">
                  <Skeleton width="70%" height={20} />
                </li>
              ))}
        </ul>
      </section>
      {chosen !== undefined && <Graph key={chosen} id={chosen} definition={definition} />}
    </div>
  )
}

function Graph({ id, definition }: { id: string; definition: string }) {
  const { data, error } = useQuery<JobJson>(tenantUrl('job', { id }), { refreshMs, keeps: true })
  const run = data?.runs.findLast(({ definitionId }) => definitionId === definition)
  const steps = run?.steps ?? []
  return (
    <section class="card">
      <header>
        <h2>Steps</h2>
        <span class="spacer" />
        <a class="text-link small" href={hrefToJob(id)}>
          Open the job
        </a>
      </header>
      <div class="body">
        {error ? (
          <Failure error={error} />
        ) : !data ? (
          <Skeleton width="100%" height={200} />
        ) : steps.length === 0 ? (
          <p class="muted">This run has called no steps, or the engine does not report them.</p>
        ) : (
          <StepGraph steps={steps} hrefOf={(part) => hrefToPart(id, run!.id, part)} />
        )}
      </div>
    </section>
  )
}
