import { useState } from 'preact/hooks'

import type { DefinitionBody, DefinitionJson, SentJson, TargetBody } from '../../../src/api-types.ts'
import { act } from '../api/request.ts'
import { hrefTo } from '../app/router.ts'
import { may, seesAll, tenant, whyUnsupported } from '../app/session.ts'
import { showToast } from '../app/toasts.ts'
import { attempt } from '../jobs/change-jobs.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { Time } from '../time/time.tsx'

const shownTicks = 3

/** A definition: when it runs, its options, and its actions. */
export function DefinitionRow({ definition, onChanged }: { definition: DefinitionJson; onChanged: () => void }) {
  const { id, kind, event, enabled, cron, maxAttempts, options, pausedSince } = definition
  return (
    <li class="definition">
      <div class="definition-name">
        <a class="text-link strong" href={hrefTo('/jobs', { definition: id })}>
          {id}
        </a>
        <span class="tag">{kind}</span>
        {!enabled && <span class="tag">disabled</span>}
        {pausedSince && (
          <span class="tag" data-tone="amber">
            paused <Time at={pausedSince} />
          </span>
        )}
      </div>
      <div class="definition-facts small">
        {cron ? (
          <>
            <span>
              <code>{cron.schedule}</code> <span class="muted">{cron.timezone}</span>
            </span>
            {cron.nextTicks.length > 0 && (
              <span class="next">
                <span class="muted">next</span>
                {cron.nextTicks.slice(0, shownTicks).map((tick) => (
                  <Time key={tick} at={tick} />
                ))}
              </span>
            )}
          </>
        ) : (
          <span>
            <span class="muted">on</span> <code>{event}</code>
          </span>
        )}
        <span class="muted">{maxAttempts === 1 ? '1 attempt' : `${maxAttempts} attempts`}</span>
        {Object.entries(options).map(([name, value]) => (
          <span key={name}>
            <span class="muted">{name}</span> {value}
          </span>
        ))}
      </div>
      <DefinitionActions definition={definition} onChanged={onChanged} />
    </li>
  )
}

function DefinitionActions({ definition, onChanged }: { definition: DefinitionJson; onChanged: () => void }) {
  const { id, cron, pausedSince, enabled } = definition
  const [busy, setBusy] = useState<string>()
  const parameters = { tenant: tenant.value }
  const doAction = async (name: string, action: () => Promise<string>) => {
    setBusy(name)
    const message = await attempt(action)
    if (message !== undefined) showToast('done', message)
    setBusy(undefined)
    onChanged()
  }
  const runNow = () =>
    doAction('run', async () => {
      const { jobs } = await act<SentJson>('run-cron', parameters, { definition: id } satisfies DefinitionBody)
      return jobs.length === 1 ? `Sent 1 job of ${id}.` : `Sent ${jobs.length} jobs of ${id}.`
    })
  const setPaused = (pause: boolean) =>
    doAction('pause', async () => {
      await act(pause ? 'pause' : 'resume', parameters, { definition: id } satisfies TargetBody)
      return pause ? `Paused ${id}. Running attempts continue.` : `Resumed ${id}.`
    })
  if (!seesAll.value) return null
  const whyNoPause = whyUnsupported('pauseJobs of a definition')
  return (
    <div class="definition-actions">
      {cron && may('runCron') && (
        <ActionButton
          icon="play"
          busy={busy === 'run'}
          why={whyUnsupported('inspect.runCronJob') ?? (enabled ? undefined : 'It is disabled.')}
          onClick={() => void runNow()}
        >
          Run now<span class="visually-hidden"> {id}</span>
        </ActionButton>
      )}
      {may('pause') && (
        <ActionButton
          icon={pausedSince ? 'play' : 'pause'}
          busy={busy === 'pause'}
          why={whyNoPause}
          onClick={() => void setPaused(!pausedSince)}
        >
          {pausedSince ? 'Resume' : 'Pause'}
          <span class="visually-hidden"> {id}</span>
        </ActionButton>
      )}
    </div>
  )
}
