/**
 * Options that only one engine has. Each provider's package types its own by declaration merging:
 * `interface ProviderOptions { inngest?: … }`.
 */
export interface ProviderOptions {
  readonly local?: Readonly<Record<string, never>> | undefined
  readonly inngest?: object | undefined
  readonly 'trigger.dev'?: object | undefined
}
