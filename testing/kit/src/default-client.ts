import { getJobClient, type JobClient, setJobClient } from '@cgk-platform/jobs-core'

/** Creates a client without choosing an engine. Import the entry of a package before, which registers its engine as the default. */
export function createDefaultClient(): JobClient {
  setJobClient(undefined)
  try {
    return getJobClient()
  } finally {
    setJobClient(undefined)
  }
}
