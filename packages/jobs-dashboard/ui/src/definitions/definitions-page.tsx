import type { DefinitionJson } from '../../../src/api-types.ts'
import { useQuery } from '../api/use-query.ts'
import { hrefTo, navigate, query } from '../app/router.ts'
import { tenantUrl } from '../app/session.ts'
import { Empty } from '../parts/empty.tsx'
import { Failure } from '../parts/failure.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { DefinitionRow } from './definition-row.tsx'

const refreshMs = 15_000
const kinds = ['all', 'job', 'batch', 'cron', 'workflow'] as const
const kindLabels = { all: 'All', job: 'Jobs', batch: 'Batches', cron: 'Cron jobs', workflow: 'Workflows' }

/** The definitions of this process. */
export function DefinitionsPage() {
  const kind = kinds.find((each) => each === query.value.get('kind')) ?? 'all'
  const { data, error, reload } = useQuery<readonly DefinitionJson[]>(tenantUrl('definitions'), {
    refreshMs,
    keeps: true,
  })
  const shown = data?.filter((each) => kind === 'all' || each.kind === kind)
  const present = new Set<string>(data?.map((each) => each.kind))
  return (
    <>
      <div class="page-head">
        <h1>Definitions</h1>
        <span class="muted">{shown?.length}</span>
        <span class="spacer" />
        {present.size > 1 && (
          <div class="segments" role="group" aria-label="Kind">
            {kinds
              .filter((each) => each === 'all' || present.has(each))
              .map((each) => (
                <button
                  key={each}
                  type="button"
                  aria-pressed={each === kind}
                  onClick={() =>
                    navigate(hrefTo('/definitions', { kind: each === 'all' ? undefined : each }), { replace: true })
                  }
                >
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
              <p>
                Import the modules that call <code>defineJob</code> where you create the dashboard. They appear here.
              </p>
            </Empty>
          )}
          <ul class="definitions">
            {shown
              ? shown.map((each) => <DefinitionRow key={each.id} definition={each} onChanged={reload} />)
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
