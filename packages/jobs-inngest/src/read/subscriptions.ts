import { RequestFailedError } from '@cgk-platform/jobs-core/errors'
import { isTransientStatus } from '@cgk-platform/jobs-core/hosted'
import type { Clock } from '@cgk-platform/jobs-core/provider'

import type { EngineReads } from '../api/engine-api.ts'
import type { EngineApp, EngineFunction } from '../api/engine-shapes.ts'

/** A function that is registered with the engine. */
export interface RegisteredFunction {
  readonly appId: string
  readonly functionId: string
  /**
   * Event names of its triggers, which can end in `*`. Omits triggers with an expression, and all if the function has an
   * option that drops events: an event without a run of it is not late then.
   */
  readonly events: readonly string[]
  readonly maxAttempts: number | undefined
  /** True if the engine starts no runs of it at the moment. */
  readonly isPaused?: boolean
  /** When its app was first synced, epoch milliseconds by the engine's clock. */
  readonly since?: number
}

/** Reads registered functions. They distinguish an event without handlers from one whose runs are not visible yet. */
export interface Subscriptions {
  /**
   * Returns the functions subscribed to an event, or `undefined` if the engine does not provide them.
   *
   * @param ageMs - the age of the event. If no function is subscribed, the cached list must be newer than the event.
   */
  of(event: string, ageMs?: number): Promise<readonly RegisteredFunction[] | undefined>
  /** Returns all functions, none if the engine does not provide them. */
  allIfKnown(): Promise<readonly RegisteredFunction[]>
  /** Returns all functions. @throws {RequestFailedError} */
  all(): Promise<readonly RegisteredFunction[]>
}

/** Time for which registrations are cached. They change when an app is deployed. */
const freshMs = 5000

/** Creates a reader that caches registrations for 5 seconds. */
export function createSubscriptions(api: EngineReads, clock: Clock): Subscriptions {
  let known: { readonly readAt: number; readonly registered: Promise<RegisteredFunction[]> } | undefined

  const read = async (): Promise<RegisteredFunction[]> => {
    const apps = await api.list<EngineApp>('list the registered apps', '/v2/apps', { limit: 100 })
    const byApp = await Promise.all(
      apps
        .filter(({ isArchived }) => !isArchived)
        .map(async ({ id, createdAt }) => {
          const path = `/v2/apps/${encodeURIComponent(id)}/functions`
          const functions = await api.list<EngineFunction>(`list the functions of \`${id}\``, path, { limit: 100 })
          return functions.filter((one) => !one.isArchived).map((one) => toRegistered(id, one, createdAt))
        }),
    )
    return byApp.flat()
  }

  const all = (oldestMs = freshMs): Promise<RegisteredFunction[]> => {
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

  const ifKnown = async (oldestMs?: number): Promise<RegisteredFunction[] | undefined> => {
    try {
      return await all(oldestMs)
    } catch (error) {
      if (isTransient(error)) throw error
      return undefined
    }
  }

  return {
    all: () => all(),
    allIfKnown: async () => (await ifKnown()) ?? [],
    async of(event, ageMs = freshMs) {
      const isFor = ({ events }: RegisteredFunction): boolean => events.some((name) => matches(name, event))
      const found = (await ifKnown())?.filter(isFor)
      return found?.length === 0 ? (await ifKnown(ageMs))?.filter(isFor) : found
    },
  }
}

function toRegistered(
  appId: string,
  { id, triggers = [], configuration, isPaused }: EngineFunction,
  createdAt: string | undefined,
): RegisteredFunction {
  const { debounce, eventsBatch, rateLimit, singleton } = configuration ?? {}
  // The API also returns the option `idempotency` as a rate limit.
  const canDrop = [debounce, eventsBatch, rateLimit, singleton].some(
    (option) => option !== undefined && option !== null,
  )
  // The API omits a count of 0.
  const retries = configuration?.retries && (configuration.retries.value ?? 0)
  return {
    appId,
    functionId: id,
    events: triggers.flatMap(({ type, value, if: expression }) =>
      type !== 'CRON' && value !== undefined && !expression && !canDrop ? [value] : [],
    ),
    maxAttempts: retries === undefined ? undefined : retries + 1,
    ...(isPaused && { isPaused }),
    ...(createdAt !== undefined && { since: Date.parse(createdAt) }),
  }
}

/** Returns true if a later request can succeed. False if the engine has no such list or does not allow reading it. */
function isTransient(error: unknown): boolean {
  if (!RequestFailedError.isInstance(error)) return true
  const { status = 503 } = error
  return isTransientStatus(status) && status !== 501
}

function matches(name: string, event: string): boolean {
  return name === event || (name.endsWith('*') && event.startsWith(name.slice(0, -1)))
}
