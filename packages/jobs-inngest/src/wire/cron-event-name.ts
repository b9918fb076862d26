import { cronEventOf, cronJobIdOf } from '@cgk-platform/jobs-core/provider'

import { definitionIdOf, toFunctionId } from './function-id.ts'
import { fromSignalEventName } from './signal-event-name.ts'

/**
 * Returns the event name of a cron job's runs on Inngest. It contains the app's id, because two apps can have a cron
 * job with the same id and must not run each other's.
 */
export function toCronEventName(appId: string, definitionId: string): string {
  return cronEventOf(`${appId}/${toFunctionId(definitionId)}`)
}

/** Converts an event name on Inngest to this library's name. The id after the app's contains no slash. */
export function fromEventName(name: string): string {
  const id = cronJobIdOf(name)
  return id === undefined ? fromSignalEventName(name) : cronEventOf(definitionIdOf(id.slice(id.lastIndexOf('/') + 1)))
}

/** Converts an event name of this library to the name on Inngest for one app. */
export function toEventName(event: string, appId: string): string {
  const definitionId = cronJobIdOf(event)
  return definitionId === undefined ? event : toCronEventName(appId, definitionId)
}
