import type { Definition } from '../jobs/definition.ts'
import { type JobSet, processJobs } from '../jobs/job-registry.ts'
import { createDefaultLogger } from '../logging/default-logger.ts'
import { chooseEngine } from '../provider/choose-engine.ts'
import { engines } from '../provider/engine-registry.ts'
import type { JobClient } from './job-client.ts'
import { sharedClients } from './shared-clients.ts'

let isScheduled = false

/**
 * Starts the engine of this process when a cron job is defined. Nothing else would start it, because nobody sends a
 * cron job. It waits one turn of the event loop, so that the program can create its own client first. On a hosted
 * engine it does nothing.
 */
export function autoStartCron(): void {
  if (isScheduled || processJobs().cronJobs().length === 0) return
  isScheduled = true
  setTimeout(() => {
    isScheduled = false
    startEngines().catch((error: unknown) =>
      createDefaultLogger().error(
        'Cron jobs do not run, because their engine could not be started. Fix the error, then restart the process.',
        { error },
      ),
    )
  }, 0)
}

/** Records the jobs of a new client. None of these jobs starts another engine. */
export function recordClientJobs(jobs: readonly Definition[] | JobSet | undefined): void {
  const shared = sharedClients()
  if (!jobs) shared.hasClientForAllJobs = true
  // The process never has a job of `createJobs`, so none of those is needed here.
  if (Array.isArray(jobs)) for (const job of jobs as readonly Definition[]) shared.jobsOfClients.add(job)
}

/** Adds a client whose engine is started when a cron job is defined. */
export function addInProcessClient(client: JobClient): void {
  sharedClients().inProcessClients.add(client)
  autoStartCron()
}

/** Removes a closing client. */
export function removeInProcessClient(client: JobClient): void {
  sharedClients().inProcessClients.delete(client)
}

async function startEngines(): Promise<void> {
  const shared = sharedClients()
  if (shared.isCronAutoStartDisabled) return
  // The cron jobs of the program's own clients must not tick a second time on another engine.
  const areServed =
    shared.hasClientForAllJobs ||
    processJobs()
      .cronJobs()
      .every((job) => shared.jobsOfClients.has(job))
  if (!shared.client && !areServed && shared.createDefault && chooseEngine(engines()).engine.runsInProcess) {
    shared.client = shared.createDefault()
    shared.autoStarted = shared.client
  }
  // Any call opens the engine. If several engines have a cron job, only one of them ticks for it.
  await Promise.all([...shared.inProcessClients].map((client) => client.capabilities()))
}
