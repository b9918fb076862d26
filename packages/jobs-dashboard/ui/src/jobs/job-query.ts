import type { FilterQuery } from '../../../src/api-types.ts'
import type { JobState } from '@cgk-platform/jobs-core'
import { hrefTo, navigate, query } from '../app/router.ts'
import { jobStateLooks, jobStates } from '../parts/states.ts'
import { formatTime } from '../time/format-time.ts'

/** The filter in the address. `within` is a time range that ends now. `by` tells what its times concern: the send, or the end. */
export interface JobQuery {
  readonly states: readonly JobState[]
  readonly definition?: string | undefined
  readonly event?: string | undefined
  readonly reference?: string | undefined
  readonly error?: string | undefined
  /** A text in the payload. */
  readonly payload?: string | undefined
  /** The error group, as the page of errors names it. */
  readonly group?: string | undefined
  readonly within?: string | undefined
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly by?: 'end' | undefined
  readonly order: 'newest' | 'oldest'
}

/** The time ranges to choose from, in milliseconds. */
export const ranges: Readonly<Record<string, { readonly label: string; readonly ms: number }>> = {
  '15m': { label: 'Last 15 minutes', ms: 900_000 },
  '1h': { label: 'Last hour', ms: 3_600_000 },
  '24h': { label: 'Last 24 hours', ms: 86_400_000 },
  '7d': { label: 'Last 7 days', ms: 7 * 86_400_000 },
  '30d': { label: 'Last 30 days', ms: 30 * 86_400_000 },
}

const texts = ['definition', 'event', 'reference', 'error', 'payload', 'group', 'within', 'since', 'until'] as const

/** Reads the filter from the address, or from the parameters of another one. */
export function readJobQuery(parameters: URLSearchParams = query.value): JobQuery {
  const states = parameters.getAll('state').flatMap((value) => value.split(','))
  return {
    states: jobStates.filter((state) => states.includes(state)),
    order: parameters.get('order') === 'oldest' ? 'oldest' : 'newest',
    ...(parameters.get('by') === 'end' && { by: 'end' as const }),
    ...Object.fromEntries(
      texts.flatMap((name) => {
        const value = parameters.get(name)
        const isKnown = name !== 'within' || Object.hasOwn(ranges, value ?? '')
        return value && isKnown ? [[name, value]] : []
      }),
    ),
  }
}

/** Writes the filter into the address. */
export function changeJobQuery(changes: Partial<JobQuery>): void {
  navigate(hrefToJobs({ ...readJobQuery(), ...changes }), { replace: true })
}

/** Returns the address of the list with a filter. @param scope - `{ tenant }` for another tenant, or for none */
export function hrefToJobs(
  { states, order, ...rest }: JobQuery,
  scope: { readonly tenant?: string | undefined } = {},
): string {
  const parameters = { state: states.join(','), ...rest, order: order === 'oldest' ? order : undefined, ...scope }
  return hrefTo('/jobs', parameters)
}

/** Returns the conditions for the server. */
export function toFilter(from: JobQuery, now: number): FilterQuery {
  const { states, definition, event, reference, error, payload, group, within, since, until, by } = from
  const range = within === undefined ? undefined : ranges[within]
  const first = range ? new Date(now - range.ms).toISOString() : since
  return {
    ...(states.length > 0 && { state: states }),
    ...(definition && { definition }),
    ...(event && { event }),
    ...(reference && { reference }),
    ...(error && { error }),
    ...(payload && { payload }),
    ...(group && { errorGroup: group }),
    ...(first && { [by === 'end' ? 'endedSince' : 'since']: first }),
    ...(until && { [by === 'end' ? 'endedUntil' : 'until']: until }),
  }
}

/** Returns true if the filter has a condition. */
export function hasCondition(from: JobQuery): boolean {
  return from.states.length > 0 || texts.some((name) => from[name] !== undefined)
}

/** Returns the conditions as short texts. */
export function describeQuery(from: JobQuery): string[] {
  const { states, within, by } = from
  const done = by === 'end' ? 'ended' : 'sent'
  return [
    ...(states.length > 0 ? [states.map((state) => jobStateLooks[state].label.toLowerCase()).join(' or ')] : []),
    ...(from.definition ? [`definition ${from.definition}`] : []),
    ...(from.event ? [`event ${from.event}`] : []),
    ...(from.reference ? [`reference ${from.reference}`] : []),
    ...(from.error ? [`error with “${from.error}”`] : []),
    ...(from.payload ? [`payload with “${from.payload}”`] : []),
    ...(from.group ? [`fails with “${from.group}”`] : []),
    ...(within && ranges[within]
      ? [`${by === 'end' ? 'ended in the ' : ''}${ranges[within].label.toLowerCase()}`]
      : []),
    ...(from.since && !within ? [`${done} since ${formatTime(from.since)}`] : []),
    ...(from.until ? [`${done} before ${formatTime(from.until)}`] : []),
  ]
}
