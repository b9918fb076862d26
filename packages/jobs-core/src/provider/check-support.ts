import type { JobsError } from '../errors/jobs-error.ts'
import { UnsupportedFeatureError } from '../errors/unsupported-feature-error.ts'
import type { Definition } from '../jobs/definition.ts'
import { cronJobOptions } from '../jobs/define-cron-job.ts'
import { jobOptions } from '../jobs/define-job.ts'
import { workflowOptions } from '../workflows/define-workflow.ts'
import type { OptionRules } from '../options/option.ts'
import type { DeclaredOptions } from '../options/declare-options.ts'
import type { Capabilities, Feature } from './capabilities.ts'
import type { JobProvider } from './job-provider.ts'

type Engine = Pick<JobProvider, 'name' | 'capabilities' | 'findUnsupported'>

/** Refuses a feature that the engine lacks, saying what to do instead. @throws {UnsupportedFeatureError} */
export function requireFeature(engine: Engine, feature: Feature): void {
  const problem = problemOf(engine, feature)
  if (problem) throw problem
}

/** Refuses options whose declarations name a feature that the engine lacks. @throws {UnsupportedFeatureError} */
export function requireFeatures(engine: Engine, options: DeclaredOptions<unknown>, checked: object): void {
  for (const { checkedName, option } of options.entries) {
    for (const feature of featuresOf(option, checked[checkedName as never])) requireFeature(engine, feature)
  }
}

/** Refuses a definition that asks for what the engine cannot do. @throws {UnsupportedFeatureError} */
export function checkDefinitionSupport(engine: Engine, definition: Definition): void {
  const [problem] = findUnsupported(engine, definition)
  if (problem) throw problem
}

/** Everything that a definition asks for and the engine cannot do, as the errors that would be thrown for it. */
export function findUnsupported(engine: Engine, definition: Definition): JobsError[] {
  const features = optionsOf[definition.kind].entries.flatMap(({ checkedName, option }) =>
    featuresOf(option, definition[checkedName as never]),
  )
  const ofFeatures = features.map((feature) => problemOf(engine, feature))
  const ofEngine = engine.findUnsupported?.(definition) ?? []
  return [...ofFeatures, ...limitProblems(engine, definition), ...ofEngine].filter((problem) => problem !== undefined)
}

function problemOf({ name, capabilities }: Engine, feature: Feature): UnsupportedFeatureError | undefined {
  // A provider that is older than the feature does not name it.
  const support = (capabilities.features as Partial<Capabilities['features']>)[feature]
  if (support?.supported) return undefined
  const remedy = support ? `${support.note} ${support.instead}` : 'Install a later version of its package.'
  return new UnsupportedFeatureError({ feature, provider: name, remedy })
}

function limitProblems({ name, capabilities }: Engine, definition: Definition): UnsupportedFeatureError[] {
  const { maxAttemptsLimit, maxRetryDelayMs = Number.POSITIVE_INFINITY, maxSteps } = capabilities
  const { maxAttempts, maxDelayMs } = definition.retry
  const problems: UnsupportedFeatureError[] = []
  const refuse = (option: string, value: number, most: string): void => {
    const remedy = `Lower it in \`${definition.id}\` to ${most} or less.`
    problems.push(new UnsupportedFeatureError({ feature: `${option}: ${value}`, provider: name, remedy }))
  }
  if (maxAttempts > maxAttemptsLimit) refuse('retry.maxAttempts', maxAttempts, `${maxAttemptsLimit}`)
  if (definition.kind === 'workflow' && maxSteps !== undefined && definition.maxSteps > maxSteps) {
    refuse('maxSteps', definition.maxSteps, `${maxSteps}`)
  }
  if (maxDelayMs > maxRetryDelayMs) refuse('retry.maxDelay', maxDelayMs, `${maxRetryDelayMs} ms`)
  return problems
}

/** What an engine needs for an option. */
function featuresOf({ feature }: OptionRules, checked: unknown): readonly Feature[] {
  if (feature === undefined || checked === undefined) return []
  return typeof feature === 'function' ? feature(checked as never) : [feature]
}

const optionsOf: Record<Definition['kind'], DeclaredOptions<unknown>> = {
  job: jobOptions,
  cron: cronJobOptions,
  workflow: workflowOptions,
}
