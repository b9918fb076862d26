import { InvalidOptionError } from '@cgk-platform/jobs-core/errors'

/** Checks the cursor of a list, which is the id of a job. @throws {InvalidOptionError} if it cannot be one. */
export function checkCursor(cursor: string | undefined): void {
  if (cursor === undefined || /^[0-9A-Z]{26}$/.test(cursor)) return
  const problem = 'was not returned by `listJobs`'
  throw new InvalidOptionError({
    option: 'cursor',
    problem,
    remedy: 'Pass the `cursor` of the previous page unchanged.',
  })
}
