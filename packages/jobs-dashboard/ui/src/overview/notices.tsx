import type { EngineJson } from '../../../src/api-types.ts'
import { useQuery } from '../api/use-query.ts'
import { hrefTo } from '../app/router.ts'
import { tenantUrl } from '../app/session.ts'
import { Icon } from '../parts/icon.tsx'
import { Time } from '../time/time.tsx'

const refreshMs = 30_000
const shownPauses = 5

/** The pauses, and the problems that the health of the engine reports. */
export function Notices() {
  const { data } = useQuery<EngineJson>(tenantUrl('engine'), { refreshMs })
  const pauses = data?.pauses ?? []
  const problems = data?.checks?.filter(({ ok }) => !ok) ?? []
  const more = pauses.length - shownPauses
  return (
    <>
      {pauses.slice(0, shownPauses).map(({ definitionId, tenantId, since }) => (
        <p key={`${definitionId} ${tenantId}`} class="notice" data-tone="amber">
          <Icon name="pause" />
          <span>
            {definitionId === undefined ? `The tenant ${tenantId}` : definitionId} is paused
            {since && (
              <>
                {' since '}
                <Time at={since} />
              </>
            )}
            .{' '}
            <a
              class="text-link"
              href={hrefTo('/jobs', {
                state: 'queued',
                definition: definitionId,
                ...(tenantId && { tenant: tenantId }),
              })}
            >
              Waiting jobs
            </a>{' '}
            <a class="text-link" href={hrefTo('/engine')}>
              Pauses
            </a>
          </span>
        </p>
      ))}
      {more > 0 && (
        <p class="notice" data-tone="amber">
          <Icon name="pause" />
          <a class="text-link" href={hrefTo('/engine')}>
            {more} more pauses
          </a>
        </p>
      )}
      {problems.map(({ name, message }) => (
        <p key={name} class="notice" data-tone="red">
          <Icon name="warning" />
          <span>
            {name}: {message}
          </span>
        </p>
      ))}
    </>
  )
}
