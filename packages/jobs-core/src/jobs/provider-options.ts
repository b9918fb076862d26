import type { ProviderName } from '../provider/choose-provider.ts'

/**
 * The types of the options that only one engine has. A provider's package adds its own by declaration merging:
 * `interface ProviderOptionTypes { inngest: InngestOptions }`.
 */
export interface ProviderOptionTypes {
  local: Readonly<Record<string, never>>
}

/** Options that only one engine has, by the engine's name. The other engines pass them by. */
export type ProviderOptions = {
  readonly [Name in ProviderName]?:
    | (Name extends keyof ProviderOptionTypes ? ProviderOptionTypes[Name] : Readonly<Record<string, unknown>>)
    | undefined
}
