import type { JobRegistry } from '@cgk-platform/jobs-core/provider'

import { fromEventName, toEventName } from '../wire/cron-event-name.ts'
import { toFunctionId } from '../wire/function-id.ts'
import type { RegisteredFunction } from './subscriptions.ts'

/** Returns the functions of a registry's enabled definitions that handle an event. */
export function registeredFunctions(
  jobs: JobRegistry | undefined,
  appId: string,
  eventName: string,
): readonly RegisteredFunction[] {
  const event = fromEventName(eventName)
  // A cron job of another app can have the same id.
  if (toEventName(event, appId) !== eventName) return []
  return (jobs?.subscribers(event) ?? []).map(({ id, retry }) => ({
    appId,
    functionId: toFunctionId(id),
    events: [eventName],
    maxAttempts: retry.maxAttempts,
  }))
}
