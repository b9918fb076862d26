import { signal } from '@preact/signals'

import { basePath } from '../base-path.ts'

/** A filter of the list of jobs that this browser keeps. */
export interface SavedFilter {
  readonly name: string
  /** The query of its address. */
  readonly search: string
}

/** The saved filters, by name. */
interface Stored {
  readonly filters: readonly SavedFilter[]
  /** The problem of the storage. Absent: none. */
  readonly problem?: string
}

/** The maximum length of a name. */
export const maxNameLength = 60
const maxFilters = 50
const maxSearchLength = 4000
const key = `jobs-dashboard:filters:${basePath}`

/** The saved filters of all users of this browser, for this mount path. */
export const storedFilters = signal(read())

addEventListener('storage', (event) => {
  // Another tab has changed them. Without a key, it has cleared the storage.
  if (event.key === key || event.key === null) storedFilters.value = read()
})

/** Saves a filter, and deletes those that it replaces. Returns why it was not saved. */
export function saveFilter(filter: SavedFilter, replaces: (other: SavedFilter) => boolean): string | undefined {
  if (!isFilter(filter)) return 'This filter is too long to save.'
  const others = read().filters.filter((other) => !replaces(other))
  if (others.length >= maxFilters)
    return `This browser keeps at most ${maxFilters} filters. Delete one first, or clear the data of this site if they are hidden from you.`
  return write([...others, filter].toSorted((a, b) => a.name.localeCompare(b.name)))
}

/** Deletes a filter. Returns why it was not deleted. */
export function deleteFilter({ name, search }: SavedFilter): string | undefined {
  return write(read().filters.filter((other) => other.name !== name || other.search !== search))
}

function read(): Stored {
  let text: string | null
  try {
    text = localStorage.getItem(key)
  } catch {
    return { filters: [], problem: 'This browser does not let the page store filters.' }
  }
  const all = text === null ? [] : parse(text)
  const filters = all.filter(isFilter).slice(0, maxFilters)
  if (filters.length === all.length) return { filters }
  return { filters, problem: 'Some saved filters are damaged. The next change deletes them.' }
}

/** Returns the list that a text has. A damaged one is a list of something that is no filter. */
function parse(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : [value]
  } catch {
    return [undefined]
  }
}

function isFilter(value: unknown): value is SavedFilter {
  const { name, search } = (value ?? {}) as Partial<Record<keyof SavedFilter, unknown>>
  const isText = (text: unknown, max: number) => typeof text === 'string' && text !== '' && text.length <= max
  return isText(name, maxNameLength) && isText(search, maxSearchLength)
}

function write(filters: readonly SavedFilter[]): string | undefined {
  try {
    localStorage.setItem(key, JSON.stringify(filters))
  } catch {
    return 'The browser did not store this: its storage is full or not allowed.'
  }
  storedFilters.value = { filters }
  return undefined
}
