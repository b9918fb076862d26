import type { JobRegistry } from '@cgk-platform/jobs-core/provider'

import type { RegisteredFunction } from '../read/subscriptions.ts'
import { fromEventName } from '../wire/cron-event-name.ts'
import { toFunctionId } from '../wire/function-id.ts'

/** Returns the functions of a registry's definitions that handle an event. */
export function registeredFunctions(
  jobs: JobRegistry | undefined,
  appId: string,
  eventName: string,
): readonly RegisteredFunction[] | undefined {
  const definitions = jobs?.subscribers(fromEventName(eventName)) ?? []
  if (definitions.length === 0) return undefined
  return definitions.map(({ id, retry }) => ({
    appId,
    functionId: toFunctionId(id),
    events: [eventName],
    maxAttempts: retry.maxAttempts,
  }))
}
