import { getJobClient, type JobClient, setJobClient } from '@cgk-platform/jobs-core'

// The package's entry, which registers its engine as the default.
import '../../src/index.ts'

/** Creates a client without choosing an engine. */
export function createDefaultClient(): JobClient {
  setJobClient(undefined)
  try {
    return getJobClient()
  } finally {
    setJobClient(undefined)
  }
}
