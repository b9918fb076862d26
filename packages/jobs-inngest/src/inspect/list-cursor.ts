import { InvalidOptionError } from '@cgk-platform/jobs-core'

import { isEventId } from '../wire/event-id.ts'

/**
 * The runs that a page reads. `newest`: all runs since its oldest job, so later retries are among them. `past`: the runs
 * soon after its jobs. `single`: all runs of its first job.
 */
export type RunsMode = 'newest' | 'past' | 'single'

/** The start of a page of jobs. */
export interface ListPosition {
  readonly mode: RunsMode
  /** The id of the last event before the page; absent at the start of the list. */
  readonly after?: string | undefined
}

const codes: Readonly<Record<RunsMode, string>> = { newest: 'n', past: 'p', single: 's' }

/** Returns the cursor of a position. */
export function toListCursor({ mode, after = '' }: ListPosition): string {
  return codes[mode] + after
}

/** Reads a cursor. @throws {InvalidOptionError} for a text that `toListCursor` did not return. */
export function readListCursor(cursor: string | undefined): ListPosition {
  if (cursor === undefined) return { mode: 'newest' }
  const mode = (Object.keys(codes) as RunsMode[]).find((each) => codes[each] === cursor[0])
  const after = cursor.slice(1)
  if (mode && (after === '' || isEventId(after))) return { mode, ...(after !== '' && { after }) }
  throw new InvalidOptionError({
    option: 'cursor',
    problem: 'was not returned by `listJobs`',
    remedy: 'Pass the `cursor` of the previous page unchanged.',
  })
}
