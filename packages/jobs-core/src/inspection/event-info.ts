/** An event that this process can send. */
export interface EventInfo {
  /** Its name; `job/<id>` for a job with `payload`. */
  readonly event: string
  /** The JSON Schema (draft 2020-12) of its payload. Absent if its schema does not implement Standard JSON Schema. */
  readonly schema?: Readonly<Record<string, unknown>>
  /** The ids of the enabled definitions of this process that handle it. */
  readonly definitionIds: readonly string[]
}
