import type { JobStatus } from '@cgk-platform/jobs-core'
import { bindLogger, type JobHost } from '@cgk-platform/jobs-core/provider'

/**
 * Says once for each event that Inngest had no function for it: right for some, and for others an app that was not
 * synced in time. What was sent before is not run later, so it is worth a warning where the jobs are known.
 */
export function createUnhandledNotes(host: () => JobHost | undefined): (status: JobStatus) => void {
  const noted = new Set<string>()
  return ({ event, state, runs }) => {
    const { jobs, logger } = host() ?? {}
    if (state !== 'completed' || runs.length > 0 || !logger || noted.has(event)) return
    noted.add(event)
    const ids = (jobs?.subscribers(event) ?? []).map(({ id }) => `\`${id}\``).join(', ')
    const bound = bindLogger(logger, {})
    if (ids === '') return bound.info(`No function on Inngest handles \`${event}\`, so nothing was done.`)
    const message =
      `Inngest had no function for \`${event}\`, so nothing was done, nor will be, though this process has ${ids} for it. ` +
      'Sync the app that runs the jobs, then send it again; an idempotency key is spent on this job: take another one.'
    bound.warn(message)
  }
}
