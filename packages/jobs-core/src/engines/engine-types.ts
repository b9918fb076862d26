/**
 * The types of the options for specific engines. A provider's package adds its own by declaration merging:
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

/**
 * The types of the options of a send for specific engines, if they differ from those of a definition. A provider's
 * package adds its own by declaration merging.
 */
export interface ProviderSendOptionTypes {}

/**
 * The types of an app's transaction that engines can send jobs in, by engine. A provider's package adds its own by
 * declaration merging.
 */
export interface TransactionTypes {}

/** An open transaction of the app, which a send can be part of. */
export type AppTransaction = keyof TransactionTypes extends never ? object : TransactionTypes[keyof TransactionTypes]

/**
 * The transaction that a handler with `transaction: true` gets. Add the type of your client by declaration merging, on the
 * package that you import: `declare module '@cgk-platform/jobs' { interface HandlerTransaction extends PoolClient {} }`.
 */
export interface HandlerTransaction {}

/** The types of `config` in `createJobClient`, by engine. A provider's package adds its own by declaration merging. */
export interface ProviderConfigTypes {}

/**
 * The types of `config` for engines whose packages may be missing. `@cgk-platform/jobs` adds the engines that it can
 * load; a provider's package takes precedence with `ProviderConfigTypes`.
 */
export interface LoadableEngines {}

/** The names of the engines with declared types. */
export type EngineName = keyof ProviderConfigTypes | keyof LoadableEngines

/** The type of `config` for an engine. */
export type ProviderConfig<Name extends EngineName> = Name extends keyof ProviderConfigTypes
  ? ProviderConfigTypes[Name]
  : LoadableEngines[Name & keyof LoadableEngines]

/** Options for specific engines, by the engine's name. Other engines ignore them. */
export type ProviderOptions = {
  readonly [Name in EngineName | keyof ProviderOptionTypes]?:
    | (Name extends keyof ProviderOptionTypes ? ProviderOptionTypes[Name] : Readonly<Record<string, unknown>>)
    | undefined
}

/** Options of a send for specific engines, by the engine's name. Other engines ignore them. */
export type ProviderSendOptions = {
  readonly [Name in keyof ProviderOptions | keyof ProviderSendOptionTypes]?:
    | (Name extends keyof ProviderSendOptionTypes
        ? ProviderSendOptionTypes[Name]
        : ProviderOptions[Name & keyof ProviderOptions])
    | undefined
}
