import { useEffect, useState } from 'preact/hooks'

import type { ErrorsJson } from '../../../src/api-types.ts'
import { useQuery } from '../api/use-query.ts'
import { hrefTo } from '../app/router.ts'
import { seesAll, tenant, tenantUrl } from '../app/session.ts'
import { hrefToJobs, type JobQuery } from '../jobs/job-query.ts'
import { LazyChangeMatchingDialog, type MatchingAction, MatchingButtons } from '../jobs/matching-actions.tsx'
import { Empty } from '../parts/empty.tsx'
import { Failure } from '../parts/failure.tsx'
import { formatNumber } from '../parts/format-count.ts'
import { Icon } from '../parts/icon.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { formatTime } from '../time/format-time.ts'
import { Time } from '../time/time.tsx'
import { Trend } from './trend.tsx'

type Group = ErrorsJson['groups'][number]
type Choose = (action: MatchingAction, from: JobQuery) => void

const refreshMs = 10_000

/** The failures of now by error, with their actions. */
export function ErrorGroups({
  definition,
  limit,
  onCount,
}: {
  /** Only those of this definition. */
  definition?: string
  limit: number
  onCount?: (count: number) => void
}) {
  // Here, because the row of an error is gone once its jobs were retried.
  const [chosen, setChosen] = useState<{ action: MatchingAction; from: JobQuery }>()
  const { data, error, reload } = useQuery<ErrorsJson>(tenantUrl('errors', { definition, limit: String(limit) }), {
    refreshMs,
  })
  useEffect(() => {
    if (data) onCount?.(data.count)
  }, [data])
  return (
    <>
      {error ? (
        <Failure error={error} />
      ) : data ? (
        <Groups errors={data} onChoose={(action, from) => setChosen({ action, from })} />
      ) : (
        <Loading />
      )}
      {chosen && <LazyChangeMatchingDialog {...chosen} onClose={() => setChosen(undefined)} onDone={reload} />}
    </>
  )
}

function Groups({ errors, onChoose }: { errors: ErrorsJson; onChoose: Choose }) {
  const { groups, count, isComplete, searchedTo } = errors
  return (
    <>
      {!isComplete && (
        <p class="notice" data-tone="amber">
          <Icon name="info" />
          <span>
            The engine does not count failures, so these are only those of the newest failed jobs
            {searchedTo && `, sent since ${formatTime(searchedTo)}`}.
          </span>
        </p>
      )}
      <div class="card">
        {groups.length === 0 ? (
          <Empty icon="check" title="Nothing fails">
            <p>{isComplete ? 'Every run that failed was retried.' : 'None of the jobs that were read has failed.'}</p>
          </Empty>
        ) : (
          <ul class="definitions error-groups">
            {groups.map((group, at) => (
              <ErrorRow
                key={`${group.definitionId} ${group.errorGroup} ${group.errorGroup.startsWith('HiddenError') ? at : ''}`}
                group={group}
                errors={errors}
                onChoose={onChoose}
              />
            ))}
          </ul>
        )}
      </div>
      {count > groups.length && (
        <p class="muted small">{formatNumber(count - groups.length)} rarer errors are not shown.</p>
      )}
    </>
  )
}

function ErrorRow({ group, errors, onChoose }: { group: Group; errors: ErrorsJson; onChoose: Choose }) {
  const { definitionId, errorGroup, failed, retrying, firstSeen, lastSeen, tenants, topTenants, trend } = group
  const [name, text] = split(errorGroup)
  // A filter cannot select jobs whose errors the engine does not list, or that the user may not read.
  const canSelect = errorGroup !== '' && (seesAll.value || tenant.value !== 'system')
  const from: JobQuery = {
    states: [],
    definition: definitionId,
    order: 'newest',
    group: canSelect ? errorGroup : undefined,
  }
  return (
    <li class="definition error-group">
      <div class="about">
        <h2 class="error" title={errorGroup}>
          <a class="text-link" href={hrefToJobs({ ...from, states: ['failed', 'retrying'] })}>
            {text || 'The engine does not list the errors'}
          </a>
        </h2>
        <p class="definition-facts small">
          <a class="text-link nowrap" href={hrefTo('/definition', { id: definitionId })}>
            {definitionId}
          </a>
          {name && <code>{name}</code>}
          <span class="muted">
            first <Time at={firstSeen} />, last <Time at={lastSeen} />
          </span>
        </p>
        {seesAll.value && tenant.value === undefined && (
          <p class="definition-facts small">
            <span class="muted">{tenants === 1 ? '1 tenant' : `${formatNumber(tenants)} tenants`}</span>
            {topTenants.map(({ key, count }) => (
              <a key={key} class="text-link" href={hrefTo('/errors', { tenant: key })}>
                {key} <span class="muted">({formatNumber(count)})</span>
              </a>
            ))}
            {tenants > topTenants.length && <span class="muted">and others</span>}
          </p>
        )}
      </div>
      <Trend values={trend} since={errors.since} until={errors.until} />
      <p class="number">
        <strong>{formatNumber(failed)}</strong> failed
        {retrying > 0 && (
          <>
            <br />
            <span class="muted">{formatNumber(retrying)} retrying</span>
          </>
        )}
      </p>
      <div class="definition-actions">
        {canSelect && (
          <MatchingButtons
            from={from}
            about={errorGroup}
            shows={{ retry: failed > 0, cancel: retrying > 0 }}
            onChoose={(action) => onChoose(action, from)}
          />
        )}
      </div>
    </li>
  )
}

/** Splits a group into the name and the message of its errors. */
function split(errorGroup: string): [name: string, message: string] {
  const end = errorGroup.indexOf(': ')
  return end < 0 ? ['', errorGroup] : [errorGroup.slice(0, end), errorGroup.slice(end + 2)]
}

function Loading() {
  return (
    <div class="card" aria-busy="true">
      <ul class="definitions">
        {Array.from({ length: 4 }, (_, at) => (
          <li key={at} class="definition">
            <Skeleton width="60%" height={40} />
          </li>
        ))}
      </ul>
    </div>
  )
}
