/** The parts of Inngest's responses that this package reads. Any member can be missing in another version. */

/** `GET /v1/events/{id}`, and the items of `GET /v1/events`. */
export interface EngineEvent {
  readonly internal_id: string
  /** The id that the producer gave it, otherwise `internal_id`. */
  readonly id?: string
  readonly name: string
  readonly data?: unknown
  readonly user?: unknown
  readonly v?: string
  readonly ts?: number
  readonly received_at?: string
}

/** The known statuses of a run. Another version can return others. */
export type EngineRunStatus = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'SKIPPED'

/** A run in version 2 of the API. */
export interface EngineRun {
  readonly id: string
  /** The function's id without the app's prefix. */
  readonly function: { readonly id: string; readonly name?: string }
  readonly app: { readonly id: string }
  readonly status: EngineRunStatus
  readonly queuedAt: string
  readonly startedAt?: string
  readonly endedAt?: string
  readonly trigger?: { readonly eventIds?: readonly string[] }
  /** The function's return value, or `{ error }`. A value that is not an object is wrapped in `{ data }`. */
  readonly output?: Readonly<Record<string, unknown>>
}

/** A registered function. */
export interface EngineFunction {
  readonly id: string
  readonly isPaused?: boolean
  readonly isArchived?: boolean
  readonly triggers?: readonly { readonly type?: string; readonly value?: string; readonly if?: string }[]
  readonly configuration?: {
    readonly retries?: { readonly value?: number }
    readonly debounce?: unknown
    readonly eventsBatch?: unknown
    readonly rateLimit?: unknown
    readonly singleton?: unknown
  }
}

/** A registered app. */
export interface EngineApp {
  readonly id: string
  readonly isArchived?: boolean
  /** When the app was first synced, in whole seconds. */
  readonly createdAt?: string
}

/** A page of a list in version 2 of the API. `data` is absent in an empty list. */
export interface EnginePage<Item> {
  readonly data?: readonly Item[]
  readonly page?: { readonly hasMore?: boolean; readonly cursor?: string }
}
