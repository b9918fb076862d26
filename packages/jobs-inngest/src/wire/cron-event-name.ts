import { cronEventOf, cronJobIdOf } from '@cgk-platform/jobs-core/provider'

/**
 * The name that a cron job's runs have on Inngest. It has the app's id in it, since two apps may have a cron job of the
 * same id, and neither must run the other's.
 */
export function toCronEventName(appId: string, definitionId: string): string {
  return cronEventOf(`${appId}/${definitionId}`)
}

/** An event's name as this library knows it. The id of a definition has no slash. */
export function fromEventName(name: string): string {
  const id = cronJobIdOf(name)
  return id === undefined ? name : cronEventOf(id.slice(id.lastIndexOf('/') + 1))
}

/** The name on Inngest of an event that this library knows by a name, as one app has it. */
export function toEventName(event: string, appId: string): string {
  const definitionId = cronJobIdOf(event)
  return definitionId === undefined ? event : toCronEventName(appId, definitionId)
}
