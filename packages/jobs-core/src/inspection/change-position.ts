import { invalidOption } from '../options/check-option-names.ts'

/** The position of a change of many jobs. */
export interface ChangePosition {
  /** Jobs that were sent at this time or later are left alone, epoch milliseconds. */
  readonly until: number
  /** The cursor of the page in the engine's list. Absent: the first. */
  readonly page?: string
  /** The jobs of the page that were handled: they may still match. */
  readonly handled?: readonly string[]
}

/** Returns the cursor at which a change continues. */
export function toChangeCursor({ until, page, handled = [] }: ChangePosition): string {
  return JSON.stringify([until, page ?? null, ...handled])
}

/** Reads the cursor of a change. @throws {InvalidOptionError} for a text that `toChangeCursor` did not return. */
export function readChangePosition(cursor: string | undefined): ChangePosition | undefined {
  if (cursor === undefined) return undefined
  const [until, page, ...handled] = parsed(cursor)
  const isPage = page === null || typeof page === 'string'
  if (Number.isSafeInteger(until) && isPage && handled.every((id) => typeof id === 'string')) {
    return { until: until as number, ...(page !== null && { page }), handled }
  }
  const remedy = 'Pass the `cursor` of the previous result unchanged.'
  throw invalidOption('cursor', 'was not returned by `retryJobs` or `cancelJobs`', remedy)
}

function parsed(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(cursor)
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
