import { InvalidOptionError } from '@cgk-platform/jobs-core/errors'

import { isEventId } from '../wire/event-id.ts'

/**
 * The start of a page of jobs. `events`: all jobs, by their events. `runs`: jobs by those of their runs that match the
 * query. `unstarted`: jobs without runs that match the query.
 */
export type ListPosition =
  | {
      readonly mode: 'events' | 'unstarted'
      /** The id of the last event before the page; absent at the start of the list. */
      readonly after?: string | undefined
    }
  | {
      readonly mode: 'runs'
      /** Inngest's cursor of the previous page of runs; absent at the start of the list. */
      readonly cursor?: string | undefined
      /** The last run before the page, if it is in the middle of Inngest's page. */
      readonly afterRun?: string | undefined
    }

/** Returns the cursor of a position. */
export function toListCursor(position: ListPosition): string {
  if (position.mode === 'runs') return `r${position.afterRun ?? ''}.${position.cursor ?? ''}`
  return `${position.mode === 'events' ? 'e' : 'u'}${position.after ?? ''}`
}

/** Reads a cursor for a kind of list. @throws {InvalidOptionError} for a text that such a list did not return. */
export function readListCursor(cursor: string | undefined, kind: 'events' | 'runs'): ListPosition {
  if (cursor === undefined) return { mode: kind }
  const position = positionOf(cursor)
  if (position && (position.mode === 'events') === (kind === 'events')) return position
  throw new InvalidOptionError({
    option: 'cursor',
    problem: 'was not returned by `listJobs` for this filter',
    remedy: 'Pass the `cursor` of the previous page unchanged, with the same filter.',
  })
}

function positionOf(cursor: string): ListPosition | undefined {
  const rest = cursor.slice(1)
  if (cursor[0] === 'r') return runsPositionOf(rest)
  const mode = cursor[0] === 'e' ? 'events' : cursor[0] === 'u' ? 'unstarted' : undefined
  if (mode && (rest === '' || isEventId(rest))) return { mode, ...(rest !== '' && { after: rest }) }
  return undefined
}

function runsPositionOf(text: string): ListPosition | undefined {
  const [afterRun = '', cursor, ...rest] = text.split('.')
  if (
    cursor === undefined ||
    rest.length > 0 ||
    (afterRun !== '' && !isEventId(afterRun)) ||
    (cursor !== '' && !isRunCursor(cursor))
  )
    return undefined
  return { mode: 'runs', ...(afterRun !== '' && { afterRun }), ...(cursor !== '' && { cursor }) }
}

/** Returns true for a cursor of a list of runs: JSON in Base64. */
function isRunCursor(text: string): boolean {
  try {
    const value: unknown = JSON.parse(atob(text))
    return typeof value === 'object' && value !== null
  } catch {
    return false
  }
}
