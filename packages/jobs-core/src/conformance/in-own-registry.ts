import { ambient } from '../ambient.ts'
import { createJobRegistry } from '../jobs/job-registry.ts'

/**
 * Defines jobs without leaving them in the process's own registry: there the app's client, or the default one, would
 * run the suite's jobs beside the engine under test.
 */
export function inOwnRegistry<T>(define: () => T): T {
  const shared = ambient()
  const { jobs } = shared
  shared.jobs = createJobRegistry()
  try {
    return define()
  } finally {
    if (jobs) shared.jobs = jobs
    else delete shared.jobs
  }
}
