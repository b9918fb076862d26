import type { Json } from '../values/json.ts'

/** The only key of an object that stands for a date on the wire. */
export const dateTag = '$date'

/** A date, or a time with its zone. `Date` also reads other texts, some of them in the time zone of the process. */
const isoDate = /^(?:[+-]\d{6}|\d{4})-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/

/** Returns the form of a date on the wire: `{ $date: '2026-03-02T09:00:00.000Z' }`. */
export function tagDate(date: Date): Json {
  return { [dateTag]: date.toISOString() }
}

/** Returns the date that an object stands for: `undefined` for any other object, an invalid one for a wrong text. */
export function taggedDate(item: object): Date | undefined {
  if (!Object.hasOwn(item, dateTag)) return undefined
  const text = (item as { readonly [dateTag]: unknown })[dateTag]
  const isTag = typeof text === 'string' && isoDate.test(text) && Object.keys(item).length === 1
  return new Date(isTag ? text : Number.NaN)
}

/** A payload whose dates are restored, and the paths of those with a wrong text. */
export interface RestoredDates {
  readonly value: unknown
  readonly wrong: readonly (readonly PropertyKey[])[]
}

/** Returns a copy of a payload in which each tagged date is a `Date`. */
export function restoreDates(json: Json): RestoredDates {
  const wrong: (readonly PropertyKey[])[] = []
  const restore = (item: Json, path: readonly PropertyKey[]): unknown => {
    if (typeof item !== 'object' || item === null) return item
    if (Array.isArray(item)) return item.map((member: Json, index) => restore(member, [...path, index]))
    const date = taggedDate(item)
    if (date && Number.isNaN(date.getTime())) wrong.push(path)
    const members = Object.entries(item)
    return date ?? Object.fromEntries(members.map(([key, member]) => [key, restore(member, [...path, key])]))
  }
  return { value: restore(json, []), wrong }
}
