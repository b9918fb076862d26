import { createJobRegistry, withJobRegistry } from '../jobs/job-registry.ts'

/**
 * Defines jobs in a separate registry. In the process's own registry, another client would also run the suite's jobs,
 * beside the engine under test.
 */
export function withSeparateRegistry<T>(define: () => T): T {
  return withJobRegistry(createJobRegistry(), define)
}
