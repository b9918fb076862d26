import { RequestFailedError } from '@cgk-platform/jobs-core'
import { type Clock, isTransientStatus } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../api/engine-api.ts'
import type { EngineApp, EngineFunction } from '../api/engine-shapes.ts'

/** A function as it is registered with the engine. */
export interface Registered {
  readonly appId: string
  readonly functionId: string
  /** Names of events, which may end in `*`. One with an expression may pass an event by, and is left out. */
  readonly events: readonly string[]
  readonly maxAttempts: number | undefined
  /** True where the engine makes no runs of it for now. */
  readonly isPaused?: boolean
  /** When its app was synced first, epoch milliseconds of the engine. */
  readonly since?: number
}

/** What the engine has registered, which tells an event that nobody handles from one whose runs are not visible yet. */
export interface Subscriptions {
  /**
   * The functions that run for an event, or `undefined` where the engine does not tell: then nothing hangs on it.
   *
   * @param ageMs - how old the event is: where nobody handles it, what is known must not be older
   */
  of(event: string, ageMs?: number): Promise<readonly Registered[] | undefined>
  /** All functions. @throws {RequestFailedError} */
  all(): Promise<readonly Registered[]>
}

/** Registrations change when an app is deployed; for as long they are not asked for again. */
const freshMs = 5000

/** Reads registrations, at most once in a while. */
export function createSubscriptions(api: EngineApi, clock: Clock): Subscriptions {
  let known: { readonly readAt: number; readonly registered: Promise<Registered[]> } | undefined

  const read = async (): Promise<Registered[]> => {
    const apps = await api.list<EngineApp>('which apps are registered', '/v2/apps', { limit: 100 })
    const byApp = await Promise.all(
      apps
        .filter(({ isArchived }) => !isArchived)
        .map(async ({ id, createdAt }) => {
          const path = `/v2/apps/${encodeURIComponent(id)}/functions`
          const functions = await api.list<EngineFunction>(`the functions of \`${id}\``, path, { limit: 100 })
          return functions.filter((one) => !one.isArchived).map((one) => toRegistered(id, one, createdAt))
        }),
    )
    return byApp.flat()
  }

  const all = (oldestMs = freshMs): Promise<Registered[]> => {
    const now = clock.now()
    if (!known || now - known.readAt > Math.min(oldestMs, freshMs)) {
      const registered = read()
      const reading = { readAt: now, registered }
      known = reading
      registered.catch(() => {
        if (known === reading) known = undefined
      })
    }
    return known.registered
  }

  return {
    all: () => all(),
    async of(event, ageMs = freshMs) {
      const isFor = ({ events }: Registered): boolean => events.some((name) => fits(name, event))
      try {
        const found = (await all()).filter(isFor)
        return found.length > 0 ? found : (await all(ageMs)).filter(isFor)
      } catch (error) {
        if (isPassing(error)) throw error
        return undefined
      }
    },
  }
}

function toRegistered(
  appId: string,
  { id, triggers = [], configuration, isPaused }: EngineFunction,
  createdAt: string | undefined,
): Registered {
  // A count of 0 is left out of the answer.
  const retries = configuration?.retries && (configuration.retries.value ?? 0)
  return {
    appId,
    functionId: id,
    events: triggers.flatMap(({ type, value, if: expression }) =>
      type !== 'CRON' && value !== undefined && !expression ? [value] : [],
    ),
    maxAttempts: retries === undefined ? undefined : retries + 1,
    ...(isPaused && { isPaused }),
    ...(createdAt !== undefined && { since: Date.parse(createdAt) }),
  }
}

/** An engine that is away or overloaded answers later; one that has no such list, or does not let it be read, never. */
function isPassing(error: unknown): boolean {
  if (!RequestFailedError.isInstance(error)) return true
  const { status = 503 } = error
  return isTransientStatus(status) && status !== 501
}

function fits(name: string, event: string): boolean {
  return name === event || (name.endsWith('*') && event.startsWith(name.slice(0, -1)))
}
