import type { Health } from '@cgk-platform/jobs-core'
import { type JobRegistry, toErrorInfo } from '@cgk-platform/jobs-core/provider'
import type { Inngest } from 'inngest'

import type { EngineApi } from './api/engine-api.ts'
import type { EngineApp } from './api/engine-shapes.ts'
import { dispatcherSuffix } from './host/cron-dispatcher.ts'
import type { RegisteredFunction, Subscriptions } from './read/subscriptions.ts'

type Check = Health['checks'][number]

/** Looks whether the engine answers, takes the key, knows the app, and has the functions of the jobs known here. */
export async function checkHealth(
  { id: appId, mode, eventKey }: Pick<Inngest.Any, 'id' | 'mode' | 'eventKey'>,
  jobs: JobRegistry | undefined,
  { api, subscriptions }: { api: EngineApi; subscriptions: Subscriptions },
): Promise<Health> {
  const checks: Check[] = []
  const say = (name: string, ok: boolean, message: string): void => void checks.push({ name, ok, message })
  try {
    const app = await api.get<{ data?: EngineApp }>('for the app', `/v2/apps/${encodeURIComponent(appId)}`)
    const isSynced = app?.data !== undefined
    const registered = isSynced ? (await subscriptions.all()).filter((one) => one.appId === appId) : []
    say('engine', true, 'answers')
    say('signing key', true, mode === 'dev' ? 'not asked for by a dev server' : 'is accepted')
    say('app', isSynced, isSynced ? `\`${appId}\` is synced` : `\`${appId}\` is unknown: sync it, or check \`appId\``)
    if (isSynced) {
      const needed = functionIds(jobs)
      const problems = problemsOf(needed, registered)
      const known = needed.length > 0 ? `, among them the ${needed.length} of the jobs known here` : ''
      say('functions', problems === '', problems === '' ? `${registered.length} are registered${known}` : problems)
    }
  } catch (error) {
    const { status } = error as { status?: number }
    const { message } = toErrorInfo(error)
    if (status === 401 || status === 403) {
      say('engine', true, 'answers')
      say('signing key', false, message)
    } else say('engine', false, message)
  }
  if (mode === 'cloud' && eventKey === undefined) {
    say('event key', false, 'there is none, so nothing can be sent: set `eventKey` or `INNGEST_EVENT_KEY`')
  }
  return { ok: checks.every(({ ok }) => ok), provider: 'inngest', checks }
}

/** The functions that the jobs known here need. */
function functionIds(jobs: JobRegistry | undefined): string[] {
  return (jobs?.all() ?? []).flatMap(({ id, kind }) => (kind === 'cron' ? [id, `${id}${dispatcherSuffix}`] : [id]))
}

/** What is wrong with functions that are needed, or an empty text. */
function problemsOf(needed: readonly string[], registered: readonly RegisteredFunction[]): string {
  const found = new Map(registered.map((one) => [one.functionId, one]))
  const missing = named(needed.filter((id) => !found.has(id)))
  const paused = named(needed.filter((id) => found.get(id)?.isPaused))
  return [
    ...(missing === '' ? [] : [`not registered: ${missing}. Sync the app again`]),
    ...(paused === '' ? [] : [`paused: ${paused}. Resume it in Inngest`]),
  ].join('; ')
}

function named(ids: readonly string[]): string {
  return ids.map((id) => `\`${id}\``).join(', ')
}
