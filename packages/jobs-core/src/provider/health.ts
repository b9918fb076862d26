/** The result of `healthCheck`. */
export interface Health {
  /** True if all checks passed. */
  readonly ok: boolean
  /** The provider's name. */
  readonly provider: string
  /** The checks, such as the server and the key, with their results. */
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly message: string }[]
}
