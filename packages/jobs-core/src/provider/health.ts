/** What `healthCheck` found. */
export interface Health {
  /** True when every check is. */
  readonly ok: boolean
  readonly provider: string
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly message: string }[]
}
