import { UnsupportedFeatureError } from '../errors/unsupported-feature-error.ts'
import type { Definition } from '../jobs/job-definition.ts'
import type { Capabilities, Feature } from './capabilities.ts'
import type { JobProvider } from './job-provider.ts'

type Engine = Pick<JobProvider, 'name' | 'capabilities' | 'checkDefinition'>

/** Refuses a feature that the engine lacks, saying what to do instead. @throws {UnsupportedFeatureError} */
export function requireFeature({ name, capabilities }: Engine, feature: Feature): void {
  // A provider that is older than the feature does not name it.
  const support = (capabilities.features as Partial<Capabilities['features']>)[feature]
  if (support?.supported) return
  const remedy = support ? `${support.note} ${support.instead}` : 'Install a later version of its package.'
  throw new UnsupportedFeatureError({ feature, provider: name, remedy })
}

/** Refuses a definition that asks for what the engine cannot do. @throws {UnsupportedFeatureError} */
export function checkDefinitionSupport(engine: Engine, definition: Definition): void {
  for (const feature of featuresOf(definition)) requireFeature(engine, feature)
  const { maxAttemptsLimit, maxRetryDelayMs, maxSteps } = engine.capabilities
  const { maxAttempts, maxDelayMs } = definition.retry
  if (maxAttempts > maxAttemptsLimit) {
    throw new UnsupportedFeatureError({
      feature: `retry.maxAttempts: ${maxAttempts}`,
      provider: engine.name,
      remedy: `Lower it in \`${definition.id}\` to ${maxAttemptsLimit} or less.`,
    })
  }
  if (definition.kind === 'workflow' && maxSteps !== undefined && definition.maxSteps > maxSteps) {
    throw new UnsupportedFeatureError({
      feature: `maxSteps: ${definition.maxSteps}`,
      provider: engine.name,
      remedy: `Lower it in \`${definition.id}\` to ${maxSteps} or less.`,
    })
  }
  if (maxRetryDelayMs !== undefined && maxDelayMs > maxRetryDelayMs) {
    throw new UnsupportedFeatureError({
      feature: `retry.maxDelay: ${maxDelayMs}`,
      provider: engine.name,
      remedy: `Lower it in \`${definition.id}\` to ${maxRetryDelayMs} ms or less.`,
    })
  }
  engine.checkDefinition?.(definition)
}

function featuresOf(definition: Definition): Feature[] {
  const features: Feature[] = []
  if (definition.timeoutMs !== undefined) features.push('timeout')
  if (definition.concurrency?.limit !== undefined) features.push('concurrency')
  if (definition.concurrency?.perTenant !== undefined) features.push('concurrency.perTenant')
  if (definition.kind === 'workflow') {
    features.push('workflows')
    if (definition.compensateOnCancel) features.push('workflows: compensateOnCancel')
  }
  if (definition.kind === 'cron') {
    features.push('cron', definition.overlap === 'skip' ? "cron.overlap: 'skip'" : "cron.overlap: 'allow'")
    if (definition.tenants) features.push('cron.tenants')
    if (definition.catchUp === 'latest') features.push("cron.catchUp: 'latest'")
  }
  return features
}
