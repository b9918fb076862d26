/** A definition or a tenant whose runs do not start while it is paused. */
export type PauseTarget = { readonly definitionId: string } | { readonly tenantId: string }

/** A definition or a tenant that is paused. */
export type Pause = PauseTarget & {
  /** When it was paused, in epoch milliseconds. */
  readonly since: number
}
