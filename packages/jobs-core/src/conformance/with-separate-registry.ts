import { createJobRegistry, defineInto } from '../jobs/job-registry.ts'

/**
 * Defines jobs without leaving them in the process's own registry: there the app's client, or the default one, would
 * run the suite's jobs beside the engine under test.
 */
export function withSeparateRegistry<T>(define: () => T): T {
  return defineInto(createJobRegistry(), define)
}
