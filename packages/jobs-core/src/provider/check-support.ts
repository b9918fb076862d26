import type { JobsError } from '../errors/jobs-error.ts'
import { UnsupportedFeatureError } from '../errors/unsupported-feature-error.ts'
import type { Definition } from '../jobs/definition.ts'
import { batchJobOptions } from '../jobs/define-batch-job.ts'
import { cronJobOptions } from '../jobs/define-cron-job.ts'
import { jobOptions } from '../jobs/define-job.ts'
import { workflowOptions } from '../jobs/define-workflow.ts'
import type { OptionRules } from '../options/option.ts'
import type { DeclaredOptions } from '../options/declare-options.ts'
import type { Capabilities, Feature } from '../engines/capabilities.ts'
import type { JobProvider } from './job-provider.ts'

type Engine = Pick<JobProvider, 'name' | 'capabilities' | 'findUnsupported'>

/** Checks that the engine supports a feature. @throws {UnsupportedFeatureError} with the alternative. */
export function requireFeature(engine: Engine, feature: Feature): void {
  const error = featureError(engine, feature)
  if (error) throw error
}

/** Checks that the engine supports the features that the checked options need. @throws {UnsupportedFeatureError} */
export function requireFeatures(engine: Engine, options: DeclaredOptions<unknown>, checked: object): void {
  for (const { checkedName, option } of options.entries) {
    for (const feature of featuresOf(option, checked[checkedName as never])) requireFeature(engine, feature)
  }
}

/** Checks that the engine supports all definitions. @throws {JobsError} that names all that it does not support */
export function checkDefinitionSupport(engine: Engine, definitions: readonly Definition[]): void {
  const [error, ...others] = definitions.flatMap((definition) => findUnsupported(engine, definition))
  if (!error) return
  if (others.length === 0) throw error
  const errors = [error, ...others]
  const features = errors.map((one) => (UnsupportedFeatureError.isInstance(one) ? one.feature : one.code))
  const remedy = errors.map(({ message }) => `\n- ${message}`).join('')
  throw new UnsupportedFeatureError({ feature: [...new Set(features)].join(', '), provider: engine.name, remedy })
}

/** Finds everything in a definition that the engine does not support. Returns the errors. */
export function findUnsupported(engine: Engine, definition: Definition): JobsError[] {
  const features = optionsOf[definition.kind].entries.flatMap(({ checkedName, option }) =>
    featuresOf(option, definition[checkedName as never]),
  )
  const own = definition.kind === 'cron' ? (definition.features ?? []) : []
  const featureErrors = [...features, ...own].map((feature) => featureError(engine, feature, definition.id))
  const engineErrors = engine.findUnsupported?.(definition) ?? []
  return [...featureErrors, ...limitErrors(engine, definition), ...engineErrors].filter((error) => error !== undefined)
}

function featureError(
  { name, capabilities }: Engine,
  feature: Feature,
  definitionId?: string,
): UnsupportedFeatureError | undefined {
  // A provider that is older than the feature does not list it.
  const support = (capabilities.features as Partial<Capabilities['features']>)[feature]
  if (support?.supported) return undefined
  const remedy = support ? `${support.note} ${support.instead}` : 'Install a newer version of the provider package.'
  return new UnsupportedFeatureError({ feature, provider: name, remedy, definitionId })
}

function limitErrors({ name, capabilities }: Engine, definition: Definition): UnsupportedFeatureError[] {
  const { maxAttemptsLimit, maxRetryDelayMs = Number.POSITIVE_INFINITY, maxSteps } = capabilities
  const { maxAttempts, maxDelayMs } = definition.retry
  const errors: UnsupportedFeatureError[] = []
  const addError = (option: string, value: number, maximum: string): void => {
    const remedy = `Set it to ${maximum} or less in \`${definition.id}\`.`
    errors.push(new UnsupportedFeatureError({ feature: `${option}: ${value}`, provider: name, remedy }))
  }
  if (maxAttempts > maxAttemptsLimit) addError('retry.maxAttempts', maxAttempts, `${maxAttemptsLimit}`)
  if (definition.kind === 'workflow' && maxSteps !== undefined && definition.maxSteps > maxSteps) {
    addError('maxSteps', definition.maxSteps, `${maxSteps}`)
  }
  if (maxDelayMs > maxRetryDelayMs) addError('retry.maxDelay', maxDelayMs, `${maxRetryDelayMs} ms`)
  return errors
}

/** Lists the features that a checked option needs. */
function featuresOf({ feature }: OptionRules, checked: unknown): readonly Feature[] {
  if (feature === undefined || checked === undefined) return []
  return typeof feature === 'function' ? feature(checked as never) : [feature]
}

const optionsOf: Record<Definition['kind'], DeclaredOptions<unknown>> = {
  job: jobOptions,
  batch: batchJobOptions,
  cron: cronJobOptions,
  workflow: workflowOptions,
}
