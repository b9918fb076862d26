import type { JobStatus } from '@cgk-platform/jobs-core'
import { bindLogger, type JobHost } from '@cgk-platform/jobs-core/provider'

/**
 * Returns a function that logs, once per event name, that Inngest had no function for the event. This is a warning if
 * this process defines a job for the event: the app was not synced in time, and Inngest does not run the job later.
 */
export function createUnhandledWarnings(host: () => JobHost | undefined): (status: JobStatus) => void {
  const reported = new Set<string>()
  return ({ event, state, runs }) => {
    const { jobs, logger } = host() ?? {}
    if (state !== 'completed' || runs.length > 0 || !logger || reported.has(event)) return
    reported.add(event)
    const ids = (jobs?.subscribers(event) ?? []).map(({ id }) => `\`${id}\``).join(', ')
    const bound = bindLogger(logger, {})
    if (ids === '') return bound.info(`No function on Inngest handles \`${event}\`, so no job ran.`)
    const message =
      `Inngest had no function for \`${event}\`, so no job ran, although this process defines ${ids} for it. Inngest does ` +
      'not run it later. Sync the app that runs the jobs, then send the event again with another idempotency key.'
    bound.warn(message)
  }
}
