import type { Feature } from '../engines/capabilities.ts'
import type { PauseTarget } from '../jobs/pause.ts'

/** The features that pauses can need. */
export const pauseFeatures: readonly Feature[] = ['pauseJobs of a definition', 'pauseJobs of a tenant']

/** Returns the feature that a pause needs. */
export function pauseFeatureOf({ definitionId }: PauseTarget): Feature {
  return definitionId === undefined ? 'pauseJobs of a tenant' : 'pauseJobs of a definition'
}
