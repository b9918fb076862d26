import { useState } from 'preact/hooks'

import type { DefinitionBody, DefinitionJson, SentJson, TargetBody } from '../../../src/api-types.ts'
import { act } from '../api/request.ts'
import { may, seesAll, tenant, whyUnsupported } from '../app/session.ts'
import { showToast } from '../app/toasts.ts'
import { attempt } from '../jobs/change-jobs.ts'
import { ActionButton } from '../parts/action-button.tsx'

/** The actions on a definition. */
export function DefinitionActions({ definition, onChanged }: { definition: DefinitionJson; onChanged: () => void }) {
  const { id, cron, paused, enabled } = definition
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
          icon={paused ? 'play' : 'pause'}
          busy={busy === 'pause'}
          why={whyNoPause}
          onClick={() => void setPaused(!paused)}
        >
          {paused ? 'Resume' : 'Pause'}
          <span class="visually-hidden"> {id}</span>
        </ActionButton>
      )}
    </div>
  )
}
