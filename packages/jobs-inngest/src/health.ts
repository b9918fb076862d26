import type { Health } from '@cgk-platform/jobs-core'
import { type JobRegistry, toErrorInfo } from '@cgk-platform/jobs-core/provider'
import type { Inngest } from 'inngest'

import { isCloudAddress } from './api/address.ts'
import type { EngineReads } from './api/engine-api.ts'
import type { EngineApp } from './api/engine-shapes.ts'
import { dispatcherSuffix } from './host/cron-dispatcher.ts'
import { definitionIdOf } from './wire/function-id.ts'
import type { RegisteredFunction, Subscriptions } from './read/subscriptions.ts'

type Check = Health['checks'][number]

/** Checks that the engine responds, accepts the key, and has the app and the functions of this process's jobs. */
export async function checkHealth(
  { id: appId, mode, eventKey, apiBaseUrl }: Pick<Inngest.Any, 'id' | 'mode' | 'eventKey' | 'apiBaseUrl'>,
  jobs: JobRegistry | undefined,
  { api, subscriptions }: { api: EngineReads; subscriptions: Subscriptions },
): Promise<Health> {
  const checks: Check[] = []
  const addCheck = (name: string, ok: boolean, message: string): void => void checks.push({ name, ok, message })
  try {
    const app = await api.get<{ data?: EngineApp }>('read the app', `/v2/apps/${encodeURIComponent(appId)}`)
    const isSynced = app?.data !== undefined
    const registered = isSynced ? (await subscriptions.all()).filter((one) => one.appId === appId) : []
    addCheck('engine', true, `responds${durabilityOf(apiBaseUrl, mode)}`)
    addCheck('signing key', true, mode === 'dev' ? 'not needed for a dev server' : 'is accepted')
    addCheck(
      'app',
      isSynced,
      isSynced ? `\`${appId}\` is synced` : `\`${appId}\` is not synced. Sync the app, or correct \`appId\``,
    )
    if (isSynced) {
      const needed = functionIds(jobs)
      const problems = problemsOf(needed, registered)
      const known = needed.length > 0 ? `, including all ${needed.length} for the jobs of this process` : ''
      addCheck('functions', problems === '', problems === '' ? `${registered.length} are registered${known}` : problems)
    }
  } catch (error) {
    const { status } = error as { status?: number }
    const { message } = toErrorInfo(error)
    if (status === 401 || status === 403) {
      addCheck('engine', true, 'responds')
      addCheck('signing key', false, message)
    } else addCheck('engine', false, message)
  }
  if (mode === 'cloud' && eventKey === undefined) {
    addCheck('event key', false, 'is missing, so nothing can be sent. Set `eventKey` or `INNGEST_EVENT_KEY`')
  }
  return { ok: checks.every(({ ok }) => ok), provider: 'inngest', checks }
}

/** Says that a self-hosted server can lose jobs. Its API does not tell whether it stores its queue in Redis. */
function durabilityOf(apiBaseUrl: string, mode: Inngest.Any['mode']): string {
  if (isCloudAddress(apiBaseUrl) || mode === 'dev') return ''
  return '. A self-hosted server that stops loses the jobs of its last second, without `--redis-uri` of its last minute'
}

/** Returns the ids of the functions that the jobs of this process need. */
function functionIds(jobs: JobRegistry | undefined): string[] {
  return (jobs?.all() ?? []).flatMap(({ id, kind, enabled }) =>
    kind === 'cron' && enabled ? [id, `${id}${dispatcherSuffix}`] : [id],
  )
}

/** Describes missing and paused functions; an empty string if there are none. */
function problemsOf(needed: readonly string[], registered: readonly RegisteredFunction[]): string {
  const found = new Map(registered.map((one) => [definitionIdOf(one.functionId), one]))
  const missing = quoted(needed.filter((id) => !found.has(id)))
  const paused = quoted(needed.filter((id) => found.get(id)?.isPaused))
  return [
    ...(missing === '' ? [] : [`not registered: ${missing}. Sync the app again`]),
    ...(paused === '' ? [] : [`paused: ${paused}. Resume it in Inngest`]),
  ].join('; ')
}

function quoted(ids: readonly string[]): string {
  return ids.map((id) => `\`${id}\``).join(', ')
}
