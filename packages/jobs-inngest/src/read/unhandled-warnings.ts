import type { JobStatus } from '@cgk-platform/jobs-core'
import { bindLogger, describeUnhandled, type JobHost } from '@cgk-platform/jobs-core/provider'

import { definitionIdOf } from '../wire/function-id.ts'
import type { RegisteredFunction } from './subscriptions.ts'

/** Logs, once per event name, why an event has no runs. */
export interface UnhandledWarnings {
  /** Warns that Inngest does not have functions of this process for an event: the app is not synced. */
  unregistered(eventName: string, missing: readonly RegisteredFunction[]): void
  /** Warns that no function on Inngest handles the event of a job, if that is so. */
  unhandled(status: JobStatus): void
}

/** Creates the log lines for events without runs. */
export function createUnhandledWarnings(host: () => JobHost | undefined): UnhandledWarnings {
  const reported = new Set<string>()
  const loggerFor = (event: string): ReturnType<typeof bindLogger> | undefined => {
    const { logger } = host() ?? {}
    if (!logger || reported.has(event)) return undefined
    reported.add(event)
    return bindLogger(logger, {})
  }
  return {
    unregistered(event, missing) {
      const ids = missing.map(({ functionId }) => `\`${definitionIdOf(functionId)}\``).join(', ')
      loggerFor(event)?.warn(
        `Inngest has no function for \`${event}\`, although this process defines ${ids} for it. Sync the app that runs ` +
          'the jobs. Inngest does not run jobs that were sent before: they fail, and `retryJob` sends them again.',
      )
    },
    unhandled({ event, state }) {
      if (state !== 'unhandled') return
      const { jobs } = host() ?? {}
      if (jobs) loggerFor(event)?.warn(describeUnhandled(event, jobs))
    },
  }
}
