import type { Feature } from '../engines/capabilities.ts'
import type { InspectedEngine } from './inspect-source.ts'

/** Returns whether all engines support a feature. An engine that is older than the feature does not. */
export function supportsFeature(engines: readonly InspectedEngine[], feature: Feature): boolean {
  return engines.every(({ capabilities }) => capabilities.features[feature]?.supported)
}
