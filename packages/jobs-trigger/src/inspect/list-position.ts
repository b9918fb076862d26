import { InvalidOptionError } from '@cgk-platform/jobs-core/errors'

import type { ListedRun } from '../api/engine-shapes.ts'

/**
 * The start of a page of jobs. A page can end in the middle of a page of Trigger.dev, whose cursors mark only ends, so the
 * position also names the last run of the previous page. It stays correct while jobs come and go.
 */
export interface ListPosition {
  /** Trigger.dev's cursor. */
  readonly after?: string
  /** The last run of the previous page, with its creation in epoch milliseconds. The page starts behind it. */
  readonly last?: { readonly at: number; readonly id: string }
}

/** Encodes a position as a cursor. */
export function encodePosition({ after = '', last }: ListPosition): string {
  return `${last ? `${last.at}.${last.id}` : ''}.${after}`
}

/** Decodes a cursor. @throws {InvalidOptionError} for a string that is no cursor of this list. */
export function decodePosition(cursor: string | undefined): ListPosition {
  if (cursor === undefined) return {}
  const [, at, id, after] = /^(?:(\d{1,15})\.(run_[A-Za-z0-9]{1,64}))?\.([\w=-]{0,512})$/.exec(cursor) ?? []
  if (after === undefined) {
    const remedy = 'Pass the `cursor` of the previous page, or omit it.'
    throw new InvalidOptionError({ option: 'cursor', problem: 'is not a cursor of this list', remedy })
  }
  return { ...(after !== '' && { after }), ...(id !== undefined && { last: { at: Number(at), id } }) }
}

/** Compares runs as a list orders them: the newest first, then by id. */
export function byNewest(one: ListedRun, other: ListedRun): number {
  return other.createdAt.getTime() - one.createdAt.getTime() || (one.id < other.id ? 1 : -1)
}

/** Returns true if a run is behind a position. */
export function isBehind({ last }: ListPosition, { createdAt, id }: ListedRun): boolean {
  const at = createdAt.getTime()
  return last === undefined || at < last.at || (at === last.at && id < last.id)
}
