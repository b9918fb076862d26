import { useState } from 'preact/hooks'

import type { DefinitionJson } from '../../../src/api-types.ts'
import { useQuery } from '../api/use-query.ts'
import { tenantUrl } from '../app/session.ts'
import { Empty } from '../parts/empty.tsx'
import { Failure } from '../parts/failure.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { DefinitionRow } from './definition-row.tsx'

const refreshMs = 15_000
const kinds = ['all', 'job', 'batch', 'cron', 'workflow'] as const
const kindLabels = { all: 'All', job: 'Jobs', batch: 'Batches', cron: 'Cron jobs', workflow: 'Workflows' }

/** The definitions of this process, with the next ticks of cron jobs. */
export function DefinitionsPage() {
  const { data, error, reload } = useQuery<readonly DefinitionJson[]>(tenantUrl('definitions'), {
    refreshMs,
    keeps: true,
  })
  const [kind, setKind] = useState<(typeof kinds)[number]>('all')
  const present = new Set<string>(data?.map((each) => each.kind))
  return (
    <>
      <div class="page-head">
        <h1>Definitions</h1>
        <span class="muted">{data?.length}</span>
        <span class="spacer" />
        {present.size > 1 && (
          <div class="segments" role="group" aria-label="Kind">
            {kinds
              .filter((each) => each === 'all' || present.has(each))
              .map((each) => (
                <button key={each} type="button" aria-pressed={each === kind} onClick={() => setKind(each)}>
                  {kindLabels[each]}
                </button>
              ))}
          </div>
        )}
      </div>
      {error ? (
        <Failure error={error} />
      ) : (
        <div class="card">
          {data?.length === 0 && (
            <Empty icon="definitions" title="This process defines no jobs">
              <p>Import the modules that call `defineJob` where you create the dashboard. They appear here.</p>
            </Empty>
          )}
          <ul class="definitions">
            {data
              ? data
                  .filter((each) => kind === 'all' || each.kind === kind)
                  .map((each) => <DefinitionRow key={each.id} definition={each} onChanged={reload} />)
              : Array.from({ length: 5 }, (_, at) => (
                  <li key={at} class="definition">
                    <Skeleton width="200px" height={40} />
                  </li>
                ))}
          </ul>
        </div>
      )}
    </>
  )
}
