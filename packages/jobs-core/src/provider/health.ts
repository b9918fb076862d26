/** What `healthCheck` found. */
export interface Health {
  /** True when every check is. */
  readonly ok: boolean
  /** The provider's name. */
  readonly provider: string
  /** What was looked at, such as the server and the key, and what was found. */
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly message: string }[]
}
