import { UnsupportedFeatureError } from '../errors/unsupported-feature-error.ts'
import type { Definition } from '../jobs/definition.ts'
import type { ProviderOptions, ProviderSendOptions } from '../engines/engine-types.ts'
import type { JobProvider } from './job-provider.ts'

/** The `providerOptions` that an engine accepts in a definition. */
export interface ProviderOptionRules {
  /** The name of the provider. */
  readonly provider: string
  /** The accepted options, by name. The values do not matter. */
  readonly allowed: Readonly<Record<string, unknown>>
  /** Options that would break a guarantee of this library, by name, each with the remedy. */
  readonly refused: Readonly<Record<string, string>>
}

/** Finds the `providerOptions` of a definition that its engine does not accept. Returns the errors. */
export function findUnsupportedOptions(
  { id, providerOptions }: Definition,
  { provider, allowed, refused }: ProviderOptionRules,
): UnsupportedFeatureError[] {
  const names = Object.keys(allowed)
  const alternatives =
    names.length === 0 ? 'A definition has no options for this engine.' : `The options are ${list(names)}.`
  return Object.entries(optionsFor(provider, providerOptions))
    .filter(([option, value]) => !Object.hasOwn(allowed, option) && (value !== undefined || !(option in refused)))
    .map(([option]) => {
      const remedy = `Remove it from \`${id}\`. ${refused[option] ?? alternatives}`
      return new UnsupportedFeatureError({ feature: pathTo(provider, option), provider, remedy })
    })
}

/** Checks the `providerOptions` of a send. @throws {UnsupportedFeatureError} for an unknown option. */
export function checkSendOptions(
  { name, sendOptions = [] }: Pick<JobProvider, 'name' | 'sendOptions'>,
  options: ProviderSendOptions,
): void {
  const unknown = Object.keys(optionsFor(name, options)).find((option) => !sendOptions.includes(option))
  if (unknown === undefined) return
  const remedy =
    sendOptions.length > 0
      ? `The options are ${list(sendOptions)}.`
      : 'This engine accepts no options on a send. Set its options in the definition.'
  throw new UnsupportedFeatureError({ feature: `${pathTo(name, unknown)} of a send`, provider: name, remedy })
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}

function optionsFor(
  provider: string,
  options: ProviderOptions | ProviderSendOptions,
): Readonly<Record<string, unknown>> {
  return (options as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>)[provider] ?? {}
}

function pathTo(provider: string, option: string): string {
  return `providerOptions${/^\w+$/.test(provider) ? `.${provider}` : `['${provider}']`}.${option}`
}
