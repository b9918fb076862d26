import { randomUUID } from 'node:crypto'

import { invalidOption } from '@cgk-platform/jobs-core/provider'
import { BoundedMap } from '@cgk-platform/jobs-core/hosted'

const maxHandles = 1000

/** Replaces cursors by handles, because a cursor can name a job of another tenant. */
export interface CursorHandles {
  /** Returns the handle of a cursor. */
  hide(cursor: string): string
  /** Returns the cursor of a handle. @throws {InvalidOptionError} for one that this server has not returned recently */
  reveal(handle: string): string
}

/** Creates the handles of one server. It forgets the oldest. */
export function createCursorHandles(): CursorHandles {
  const cursors = new BoundedMap<string, string>(maxHandles)
  return {
    hide(cursor) {
      const handle = randomUUID()
      cursors.set(handle, cursor)
      return handle
    },
    reveal(handle) {
      const cursor = cursors.get(handle)
      if (cursor !== undefined) return cursor
      throw invalidOption('cursor', 'is unknown', 'Pass the cursor of the previous page, or start again without one.')
    },
  }
}
