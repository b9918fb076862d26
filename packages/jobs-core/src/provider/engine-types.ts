/**
 * The types of the options that only one engine has. A provider's package adds its own by declaration merging:
 *
 * ```ts
 * declare module '@cgk-platform/jobs-core/provider' {
 *   interface ProviderOptionTypes {
 *     redis: RedisOptions
 *   }
 * }
 * ```
 */
export interface ProviderOptionTypes {}

/** The types of `config` in `createJobClient`, by engine. A provider's package adds its own by declaration merging. */
export interface ProviderConfigTypes {}

/**
 * The types of `config` for engines whose packages may be missing. `@cgk-platform/jobs` adds the engines that it can load;
 * a provider's package takes precedence with `ProviderConfigTypes`.
 */
export interface LoadableEngines {}

/** The names of engines that the compiler knows. */
export type EngineName = keyof ProviderConfigTypes | keyof LoadableEngines

/** The type of `config` for an engine. */
export type ProviderConfig<Name extends EngineName> = Name extends keyof ProviderConfigTypes
  ? ProviderConfigTypes[Name]
  : LoadableEngines[Name & keyof LoadableEngines]

/** Options that only one engine has, by the engine's name. The other engines ignore them. */
export type ProviderOptions = {
  readonly [Name in EngineName | keyof ProviderOptionTypes]?:
    | (Name extends keyof ProviderOptionTypes ? ProviderOptionTypes[Name] : Readonly<Record<string, unknown>>)
    | undefined
}
