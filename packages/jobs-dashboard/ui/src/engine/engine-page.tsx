import type { EngineJson } from '../../../src/api-types.ts'
import { useQuery } from '../api/use-query.ts'
import { session, tenantUrl } from '../app/session.ts'
import { CodeText } from '../parts/code-text.tsx'
import { Failure } from '../parts/failure.tsx'
import { Icon } from '../parts/icon.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { CapabilitiesTable } from './capabilities-table.tsx'
import { LimitsTable } from './limits-table.tsx'
import { PausesCard } from './pauses-card.tsx'
import { WorkersTable } from './workers-table.tsx'

const refreshMs = 10_000

/** The engine: its health, its workers, what is paused, and what it can do. */
export function EnginePage() {
  const { data, error, reload } = useQuery<EngineJson>(tenantUrl('engine'), { refreshMs, keeps: true })
  const capabilities = session.value?.capabilities
  return (
    <>
      <div class="page-head">
        <h1>Engine</h1>
        {data && <span class="tag">{data.provider}</span>}
      </div>
      {error ? (
        <Failure error={error} />
      ) : (
        <section class="card" aria-busy={!data}>
          <header>
            <h2>Health</h2>
            <span aria-live="polite">
              {data && (
                <span class="state badge" data-tone={data.ok ? 'green' : 'red'}>
                  <Icon name={data.ok ? 'check' : 'cross'} />
                  {data.ok ? 'Healthy' : 'Has problems'}
                </span>
              )}
            </span>
          </header>
          <ul class="list-rows">
            {data ? (
              data.checks?.map(({ name, ok, message }) => (
                <li key={name}>
                  <div class="row">
                    <span class="state" data-tone={ok ? 'green' : 'red'}>
                      <Icon name={ok ? 'check' : 'cross'} />
                      <span class="visually-hidden">{ok ? 'Passed' : 'Failed'}</span>
                    </span>
                    <span class="check-text">
                      <strong>{name}</strong>{' '}
                      <span class="muted">{message !== undefined && <CodeText text={message} />}</span>
                    </span>
                  </div>
                </li>
              ))
            ) : (
              <li class="quiet">
                <Skeleton width="50%" height={20} />
              </li>
            )}
          </ul>
        </section>
      )}
      {data?.workers && <WorkersTable workers={data.workers} />}
      {data?.pauses && <PausesCard pauses={data.pauses} onChanged={reload} />}
      <LimitsTable />
      {capabilities && <CapabilitiesTable capabilities={capabilities} />}
    </>
  )
}
