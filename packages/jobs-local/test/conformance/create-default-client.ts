import { getJobClient, type JobClient, setJobClient } from '@cgk-platform/jobs-core'

// The face of the package, which says what the default client is.
import '../../src/index.ts'

/** The client that the package makes where nothing says which engine to take. */
export function createDefaultClient(): JobClient {
  setJobClient(undefined)
  try {
    return getJobClient()
  } finally {
    setJobClient(undefined)
  }
}
