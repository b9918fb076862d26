import {
  allFeatures,
  type Capabilities,
  type Feature,
  type FeatureSupport,
  portablePayloadBytes,
} from '../../engines/capabilities.ts'

/** The capabilities of an engine of a router. */
export interface NamedCapabilities {
  readonly name: string
  readonly capabilities: Capabilities
}

/** Returns what all engines have in common: features that all support, and the strictest limits. */
export function commonCapabilities(engines: readonly NamedCapabilities[]): Capabilities {
  const all = engines.map(({ capabilities }) => capabilities)
  const lowest = (limit: Limit, absent?: number): object => {
    const values = all.map((one) => one[limit]).filter((value) => value !== undefined)
    const isDefault = values.length < all.length && absent !== undefined
    return values.length === 0 ? {} : { [limit]: Math.min(...values, ...(isDefault ? [absent] : [])) }
  }
  const highest = (limit: Limit): object => {
    const values = all.map((one) => one[limit]).filter((value) => value !== undefined)
    return values.length === 0 ? {} : { [limit]: Math.max(...values) }
  }
  return {
    features: Object.fromEntries(
      allFeatures.map((feature) => [feature, commonSupport(feature, engines)]),
    ) as Capabilities['features'],
    ...highest('minRetryDelayMs'),
    ...lowest('maxRetryDelayMs'),
    ...highest('retryToleranceMs'),
    ...lowest('maxAttemptsLimit'),
    ...lowest('maxPayloadBytes'),
    ...lowest('maxOutputBytes'),
    ...lowest('maxSteps'),
    ...lowest('maxStepOutputBytes', portablePayloadBytes),
    ...highest('waitToleranceMs'),
    ...lowest('maxDelayMs'),
    ...highest('abortToleranceMs'),
    daylightSaving: inEach(engines.map(({ name, capabilities }) => [name, capabilities.daylightSaving])),
  } as Capabilities
}

type Limit = Exclude<keyof Capabilities, 'features' | 'daylightSaving'>

function commonSupport(feature: Feature, engines: readonly NamedCapabilities[]): FeatureSupport {
  const notes: [string, string][] = []
  for (const { name, capabilities } of engines) {
    const support = capabilities.features[feature]
    if (!support.supported) return { ...support, note: `\`${name}\`: ${support.note}` }
    if (support.note !== undefined) notes.push([name, support.note])
  }
  return notes.length === 0 ? { supported: true } : { supported: true, note: inEach(notes) }
}

function inEach(texts: readonly (readonly [string, string])[]): string {
  return texts.map(([name, text]) => `\`${name}\`: ${text}`).join(' ')
}
