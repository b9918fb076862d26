import type { InspectFilter } from '@cgk-platform/jobs-core/provider'
import { beforeJobIdsSince } from '@cgk-platform/jobs-core/scheduling'
import { stateOfRuns } from '@cgk-platform/jobs-local/engine'

import type { Queryable, SqlValue } from '../../database/database.ts'
import { storedText } from '../stored-text.ts'
import { readClockSkew } from './clock-skew.ts'

const stateOfSeveral =
  `(SELECT ${stateOfRuns} FROM (SELECT DISTINCT ON (definition) state FROM {schema}.runs WHERE job = j.id ` +
  'ORDER BY definition, number DESC) r)'
/** Most jobs have one run. */
const stateOfAny = `(SELECT CASE WHEN count(*) > 1 THEN ${stateOfSeveral} ELSE min(r.state) END FROM {schema}.runs r WHERE r.job = j.id)`

/** SQL for the state of the job `j` if it has no runs. */
export const stateWithoutRuns: string =
  "coalesce(j.state, (SELECT CASE WHEN a.due_at IS NULL OR a.unclaimed THEN NULL ELSE 'scheduled' END " +
  "FROM {schema}.arrivals a WHERE a.job = j.id), 'queued')"

/** SQL for the state of the job `j`. */
export const stateSql: string = `coalesce(${stateOfAny}, ${stateWithoutRuns})`

/** SQL that looks up each job `j` of the candidates `c`. A plan that reads the whole table instead would have no bound. */
export const jobsOfCandidates: string = 'JOIN LATERAL (SELECT * FROM {schema}.jobs WHERE id = c.id OFFSET 0) j ON true'

const ofRun = 'SELECT 1 FROM {schema}.runs r WHERE r.job = j.id'

/** Returns SQL for whether a run's last attempt has failed. */
export function isFailing(run: string): string {
  return `${run}.state IN ('failed', 'retrying')`
}

/** The ids between which the jobs of a filter are, without these. */
export interface IdRange {
  readonly above: string
  readonly below: string
}

/** Returns the ids between which the jobs are that were sent in the times of a filter. */
export async function idRangeOf(queryable: Queryable, { since, until }: InspectFilter): Promise<IdRange> {
  if (since === undefined && until === undefined) return { above: '', below: '~' }
  const skewMs = await readClockSkew(queryable)
  return {
    above: since === undefined ? '' : beforeJobIdsSince(Math.max(0, since - skewMs)),
    below: until === undefined ? '~' : beforeJobIdsSince(Math.max(0, until + skewMs)),
  }
}

/**
 * Returns SQL for whether the job `j` matches a filter. Of `errorText`, it only looks for the text as JSON in the whole
 * error.
 *
 * @param met - the names of conditions that the job meets in any case
 */
export function conditionOf(filter: InspectFilter, met: readonly string[], values: SqlValues): string {
  const {
    tenantId,
    event,
    definitionId,
    reference,
    states,
    since,
    until,
    endedSince,
    endedUntil,
    errorText,
    payloadText,
    errorGroup,
  } = filter
  const conditions: string[] = []
  if (since !== undefined) conditions.push(`j.sent_at >= ${values.add(since)}`)
  if (until !== undefined) conditions.push(`j.sent_at < ${values.add(until)}`)
  if (tenantId !== undefined && !met.includes('tenantId'))
    conditions.push(`j.tenant = ${values.add(storedText(tenantId))}`)
  if (event !== undefined && !met.includes('event')) conditions.push(`j.event = ${values.add(storedText(event))}`)
  if (reference !== undefined && !met.includes('reference'))
    conditions.push(
      `EXISTS (SELECT 1 FROM {schema}.references x WHERE x.reference = ${values.add(storedText(reference))} AND x.job = j.id)`,
    )
  if (definitionId !== undefined)
    conditions.push(`EXISTS (${ofRun} AND r.definition = ${values.add(storedText(definitionId))})`)
  if (endedSince !== undefined || endedUntil !== undefined) {
    const isIn = (ended: string): string =>
      `${ended} >= ${values.add(endedSince ?? 0)} AND ${ended} < ${values.add(endedUntil ?? Number.MAX_SAFE_INTEGER)}`
    conditions.push(`((${isIn('j.ended_at')}) OR EXISTS (${ofRun} AND ${isIn('r.ended_at')}))`)
  }
  if (errorText !== undefined) {
    const text = values.add(asciiLower(JSON.stringify(errorText).slice(1, -1)))
    conditions.push(`EXISTS (${ofRun} AND r.error IS NOT NULL AND strpos(lower(r.error COLLATE "C"), ${text}) > 0)`)
  }
  if (payloadText !== undefined) {
    const text = values.add(asciiLower(JSON.stringify(payloadText).slice(1, -1)))
    const has = (part: string): string => `strpos(lower(${part} COLLATE "C"), ${text}) > 0`
    // The envelope is parsed only if the text is anywhere in it.
    conditions.push(
      `CASE WHEN ${has('j.envelope')} THEN ${has("(j.envelope::json -> 'payload')::text")} ELSE false END`,
    )
  }
  if (errorGroup !== undefined && !met.includes('errorGroup')) {
    const ofDefinition = definitionId === undefined ? '' : ` AND r.definition = ${values.add(storedText(definitionId))}`
    conditions.push(
      `EXISTS (${ofRun} AND ${isFailing('r')} AND r.error_group = ${values.add(errorGroup)}${ofDefinition})`,
    )
  }
  const others = conditions.length === 0 ? 'true' : conditions.join(' AND ')
  if (states === undefined) return others
  // The state takes longest.
  return `CASE WHEN ${others} THEN ${stateSql} = ANY(${values.add(states)}::text[]) ELSE false END`
}

/** Returns whether a filter searches in texts, which takes longer for each job. */
export function searchesTexts({ errorText, payloadText }: InspectFilter): boolean {
  return (errorText ?? payloadText) !== undefined
}

/** Converts ASCII letters only. */
export function asciiLower(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** The values of a statement that is built from parts. */
export class SqlValues {
  readonly all: SqlValue[] = []

  /** Adds a value. Returns its place in the statement. */
  add(value: SqlValue): string {
    return `$${this.all.push(value)}`
  }
}
