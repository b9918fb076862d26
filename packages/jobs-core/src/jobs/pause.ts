/** A definition or a tenant whose runs do not start while it is paused. */
export type PauseTarget =
  | { /** The id of the definition. */ readonly definitionId: string; readonly tenantId?: undefined }
  | { /** The id of the tenant. */ readonly tenantId: string; readonly definitionId?: undefined }

/** A definition or a tenant that is paused. */
export type Pause = PauseTarget & {
  /** When it was paused. Absent if the engine does not store it. */
  readonly since?: Date
}
