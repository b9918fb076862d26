import { ageText, timeText } from './find-problems.ts'

/** An incident: a rule has not held since a time. */
export interface Incident {
  /** Unique. A tick that runs again finds the same id. */
  readonly id: string
  /** Identifies the problem among those of all rules. */
  readonly key: string
  readonly rule: string
  readonly definitionId?: string
  readonly tenantId?: string
  /** ISO 8601. */
  readonly since: string
  readonly value: number
  readonly limit: number
  readonly problem: string
  readonly command: string
}

/** A message of `defineAlerts`: the begin or the end of an incident. Names definitions, but no jobs and no errors. */
export interface AlertMessage {
  /** Unique. A repeated delivery has the same id. */
  readonly id: string
  /** Whether the incident begins or ends. */
  readonly type: 'alert.began' | 'alert.ended'
  /** The same for begin and end. */
  readonly incidentId: string
  /** The id of the alerts. */
  readonly alertsId: string
  /** The name of the rule. */
  readonly rule: string
  /** The definition, if the problem is of one. */
  readonly definitionId?: string
  /** The tenant, if the alerts are of one. */
  readonly tenantId?: string
  /** When the problem began, ISO 8601. */
  readonly since: string
  /** The tick that found the begin or the end, ISO 8601. */
  readonly at: string
  /** The share, number or milliseconds that the rule compares. At the end, the last ones beyond the limit. */
  readonly value: number
  /** The limit of the rule, in the same unit. */
  readonly limit: number
  /** A sentence: what is wrong, since when, how much, and the command that shows more. */
  readonly text: string
}

/** Returns the message for the begin or the end of an incident. @param at - the time of the tick, ISO 8601 */
export function toMessage(
  { id, key: _, problem, command, ...incident }: Incident,
  { type, alertsId, at }: Pick<AlertMessage, 'type' | 'alertsId' | 'at'>,
): AlertMessage {
  const since = Date.parse(incident.since)
  const lasted = ageText(Date.parse(at) - since)
  const text =
    type === 'alert.began'
      ? `Since ${timeText(since)}, ${problem}: see \`cgk-jobs ${command}\`.`
      : `Over at ${timeText(Date.parse(at))}, after ${lasted}; it began with: ${problem}.`
  return {
    id: `${id}-${type === 'alert.began' ? 'began' : 'ended'}`,
    type,
    incidentId: id,
    alertsId,
    ...incident,
    at,
    text,
  }
}
