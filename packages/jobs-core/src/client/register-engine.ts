import { processJobs } from '../jobs/job-registry.ts'
import { addEngine, type Engine } from '../provider/engine-registry.ts'
import { autoStartCron } from './auto-start-cron.ts'
import { createJobClient } from './create-job-client.ts'
import { sharedClients } from './shared-clients.ts'

/**
 * Registers an engine, so that `createJobClient({ provider })` and `JOB_PROVIDER` can name it. A provider package calls
 * this when it is imported.
 *
 * @throws {InvalidOptionError} if another package has registered the name.
 */
export function registerEngine(engine: Engine): void {
  addEngine(engine)
  const shared = sharedClients()
  if (shared.createDefault) return
  shared.createDefault = () => createJobClient()
  processJobs().onChange(autoStartCron)
}
