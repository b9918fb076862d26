import { type Definition, UnsupportedFeatureError } from '@cgk-platform/jobs-core'
import { findUnsupportedOptions } from '@cgk-platform/jobs-core/provider'
import type { InngestFunction } from 'inngest'

/** What would break a promise that holds on every engine, and what to do instead. */
const refused = {
  id: 'The definition has an id.',
  triggers: 'The definition names its event or its schedule.',
  retries: 'Use `retry.maxAttempts`.',
  onFailure: "Use the definition's `onFailure`: this one is called without the checks, and in a run of its own.",
  timeouts: 'Use `timeout`: these end a run as cancelled, and `onFailure` is not called.',
  batchEvents: 'It makes one run of several jobs, of several tenants perhaps.',
  debounce: 'It drops events in silence. Use an `idempotencyKey`, or a delay and a check in the handler.',
  rateLimit: 'It drops events in silence. Use `throttle`, which makes them wait.',
  singleton: 'It drops events in silence. Use `concurrency`, which makes them wait.',
  idempotency: 'It drops events in silence. Use the `idempotencyKey` of a send.',
} as const

type RefusedOption = keyof typeof refused

/** All that are left; one that the SDK comes to know is an error of the compiler here. */
const allowed: Record<keyof InngestOptions, true> = {
  name: true,
  description: true,
  concurrency: true,
  throttle: true,
  priority: true,
  cancelOn: true,
  middleware: true,
  optimizeParallelism: true,
  checkpointing: true,
  experimentalCheckpointing: true,
}

/** Options of an Inngest function, in the SDK's own types, without those that would break a promise of this library. */
export type InngestOptions = Omit<InngestFunction.Options, RefusedOption>

declare module '@cgk-platform/jobs-core/provider' {
  interface ProviderOptionTypes {
    inngest: InngestOptions
  }
}

/** The options that a definition has for Inngest. */
export function inngestOptionsOf({ providerOptions }: Definition): InngestOptions {
  return providerOptions.inngest ?? {}
}

/** Everything for which Inngest's own rules refuse a definition: options that would break a promise, and events of its own. */
export function findUnsupportedByInngest(definition: Definition): UnsupportedFeatureError[] {
  const { id } = definition
  const problems = findUnsupportedOptions(definition, { provider: 'inngest', allowed, refused })
  const refuse = (feature: string, remedy: string): void =>
    void problems.push(new UnsupportedFeatureError({ feature, provider: 'inngest', remedy }))
  if (inngestOptionsOf(definition).concurrency !== undefined && definition.concurrency !== undefined) {
    const remedy = `\`${id}\` has \`concurrency\` of its own: say it in one place.`
    refuse('providerOptions.inngest.concurrency', remedy)
  }
  if (definition.kind !== 'cron' && definition.event.startsWith('inngest/')) {
    const remedy = `\`${id}\` handles \`${definition.event}\`, and names that begin so are Inngest's own.`
    refuse('an event of that name', remedy)
  }
  return problems
}
