import { allFeatures, type Capabilities, type Feature, type FeatureSupport } from './capabilities.ts'

const notDeclared: FeatureSupport = {
  supported: false,
  note: 'Its provider does not declare the feature.',
  instead: 'Use another engine.',
}

/**
 * Returns the support of all features, from those that differ from "not supported" or need their own words. `true`
 * means supported.
 */
export function declareFeatures(
  declared: Readonly<Partial<Record<Feature, FeatureSupport | true>>>,
): Capabilities['features'] {
  const supportOf = (feature: Feature): FeatureSupport => {
    const support = declared[feature] ?? notDeclared
    return support === true ? { supported: true } : support
  }
  return Object.fromEntries(allFeatures.map((feature) => [feature, supportOf(feature)])) as Capabilities['features']
}
