import { UnsupportedFeatureError } from '../errors/unsupported-feature-error.ts'
import type { Definition } from '../jobs/definition.ts'
import type { ProviderOptions } from './engine-types.ts'
import type { JobProvider } from './job-provider.ts'

/** What a definition may say to one engine alone. */
export interface ProviderOptionRules {
  /** The engine. */
  readonly provider: string
  /** By name, what it takes; the values do not matter. */
  readonly allowed: Readonly<Record<string, unknown>>
  /** By name, what it knows and what would break a promise that holds on every engine, with what to do instead. */
  readonly refused: Readonly<Record<string, string>>
}

/** The options of a definition that its engine does not take, as the errors that would be thrown for them. */
export function findUnsupportedOptions(
  { id, providerOptions }: Definition,
  { provider, allowed, refused }: ProviderOptionRules,
): UnsupportedFeatureError[] {
  const names = Object.keys(allowed)
  const none = names.length === 0 ? 'A definition has none for this engine.' : `It is none: ${names.join(', ')}.`
  return Object.entries(optionsFor(provider, providerOptions))
    .filter(([option, value]) => !Object.hasOwn(allowed, option) && (value !== undefined || !(option in refused)))
    .map(([option]) => {
      const remedy = `Take it out of \`${id}\`. ${refused[option] ?? none}`
      return new UnsupportedFeatureError({ feature: pathTo(provider, option), provider, remedy })
    })
}

/** Refuses what a send says to its engine alone and no send has there. @throws {UnsupportedFeatureError} naming it. */
export function checkSendOptions(
  { name, sendOptions = [] }: Pick<JobProvider, 'name' | 'sendOptions'>,
  options: ProviderOptions,
): void {
  const own = optionsFor(name, options)
  const odd = Object.keys(own).find((option) => !sendOptions.includes(option))
  if (odd === undefined) return
  const remedy =
    sendOptions.length > 0
      ? `It takes ${sendOptions.map((option) => `\`${option}\``).join(', ')}.`
      : 'A send has no options for this engine: give them to the definition.'
  throw new UnsupportedFeatureError({ feature: `${pathTo(name, odd)} of a send`, provider: name, remedy })
}

function optionsFor(provider: string, options: ProviderOptions): Readonly<Record<string, unknown>> {
  return (options as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>)[provider] ?? {}
}

function pathTo(provider: string, option: string): string {
  return `providerOptions${/^\w+$/.test(provider) ? `.${provider}` : `['${provider}']`}.${option}`
}
