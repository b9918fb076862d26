import type { JobState } from '@cgk-platform/jobs-core'
import type { JobFilter } from '@cgk-platform/jobs-core/inspect'

import { Refusal } from '../http/refusal.ts'

/** The maximum length of a query parameter. The longest is a cursor. */
const maxCharacters = 2000
const maxStates = 20

/**
 * Reads query parameters. The client checks the values; a parameter that is unknown, repeated or too long is refused
 * here.
 */
export class Query {
  readonly #values: URLSearchParams

  /** @throws {Refusal} */
  constructor(url: string, names: readonly string[]) {
    this.#values = new URL(url).searchParams
    for (const [name, value] of this.#values) {
      const quoted = `\`${name.slice(0, 50).toWellFormed()}\``
      if (!names.includes(name)) throw invalid(`${quoted} is not a parameter. The parameters are ${names.join(', ')}.`)
      if (value.length > maxCharacters) throw invalid(`${quoted} has more than ${maxCharacters} characters.`)
      if (this.#values.getAll(name).length > (name === 'state' ? maxStates : 1)) throw invalid(`${quoted} is repeated.`)
    }
  }

  /** Returns the text of a parameter; `undefined` if it is missing. */
  text(name: string): string | undefined {
    return this.#values.get(name) ?? undefined
  }

  /** Returns the text of a required parameter. @throws {Refusal} */
  required(name: string): string {
    const text = this.text(name)
    if (text === undefined || text === '') throw invalid(`The parameter \`${name}\` is missing.`)
    return text
  }

  /** Returns a number, which may be `NaN`. */
  number(name: string): number | undefined {
    const text = this.text(name)
    return text === undefined ? undefined : Number(text)
  }

  /** Returns the conditions of a filter. */
  filter(): JobFilter {
    return toFilter({
      definition: this.text('definition'),
      state: this.#values.has('state') ? this.#values.getAll('state') : undefined,
      event: this.text('event'),
      reference: this.text('reference'),
      since: this.text('since'),
      until: this.text('until'),
      endedSince: this.text('endedSince'),
      endedUntil: this.text('endedUntil'),
      error: this.text('error'),
      payload: this.text('payload'),
      errorGroup: this.text('errorGroup'),
    })
  }
}

/** The names of the conditions of a filter. */
export const filterNames = [
  'definition',
  'state',
  'event',
  'reference',
  'since',
  'until',
  'endedSince',
  'endedUntil',
  'error',
  'payload',
  'errorGroup',
] as const

/** Translates a filter of the API into one of the client, which checks it. */
export function toFilter(given: { readonly [Name in (typeof filterNames)[number]]?: unknown }): JobFilter {
  const { definition, state, event, reference, since, until, endedSince, endedUntil, error, payload, errorGroup } =
    given
  const date = (text: unknown): Date => new Date(typeof text === 'string' ? text : Number.NaN)
  return {
    ...(definition !== undefined && { definitionId: definition as string }),
    ...(state !== undefined && { states: state as JobState[] }),
    ...(event !== undefined && { event: event as NonNullable<JobFilter['event']> }),
    ...(reference !== undefined && { reference: reference as string }),
    ...(since !== undefined && { since: date(since) }),
    ...(until !== undefined && { until: date(until) }),
    ...(endedSince !== undefined && { endedSince: date(endedSince) }),
    ...(endedUntil !== undefined && { endedUntil: date(endedUntil) }),
    ...(error !== undefined && { errorText: error as string }),
    ...(payload !== undefined && { payloadText: payload as string }),
    ...(errorGroup !== undefined && { errorGroup: errorGroup as string }),
  }
}

function invalid(message: string): Refusal {
  return new Refusal(400, 'invalid_option', message)
}
