import type { PauseJson, TargetBody } from '../../../src/api-types.ts'
import { act } from '../api/request.ts'
import { may, seesAll, tenant, whyUnsupported } from '../app/session.ts'
import { attempt } from '../jobs/change-jobs.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Time } from '../time/time.tsx'

/** The definitions and tenants that are paused. */
export function PausesCard({ pauses, onChanged }: { pauses: readonly PauseJson[]; onChanged: () => void }) {
  const change = async (action: 'pause' | 'resume', body: TargetBody) => {
    await attempt(() => act(action, { tenant: tenant.value }, body))
    onChanged()
  }
  const id = tenant.value
  const canPauseTenant = may('pause') && id !== undefined && !pauses.some(({ tenantId }) => tenantId === id)
  return (
    <section class="card">
      <header>
        <h2>Paused</h2>
        <span class="muted">{pauses.length}</span>
        <span class="spacer" />
        {canPauseTenant && (
          <ActionButton
            icon="pause"
            why={whyUnsupported('pauseJobs of a tenant')}
            onClick={() => void change('pause', { tenant: id })}
          >
            Pause {id}
          </ActionButton>
        )}
      </header>
      {pauses.length === 0 ? (
        <p class="muted quiet">Nothing is paused.</p>
      ) : (
        <ul class="list-rows">
          {pauses.map(({ definitionId, tenantId, since }) => (
            <li key={`${definitionId} ${tenantId}`}>
              <div class="row">
                <span class="state" data-tone="amber">
                  <Icon name="pause" />
                </span>
                <span class="clip">
                  {definitionId === undefined ? `Tenant ${tenantId}` : definitionId}{' '}
                  {since && (
                    <span class="muted">
                      <Time at={since} />
                    </span>
                  )}
                </span>
                {may('pause') && (seesAll.value || tenantId !== undefined) && (
                  <ActionButton
                    icon="play"
                    onClick={() =>
                      void change(
                        'resume',
                        definitionId === undefined ? { tenant: tenantId } : { definition: definitionId },
                      )
                    }
                  >
                    Resume
                  </ActionButton>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
