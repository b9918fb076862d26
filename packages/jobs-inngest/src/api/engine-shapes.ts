/** The parts of Inngest's answers that are read; everything may be missing, since another version may answer. */

/** `GET /v1/events/{id}`, and the items of `GET /v1/events`. */
export interface EngineEvent {
  readonly internal_id: string
  readonly name: string
  readonly data?: unknown
  readonly ts?: number
  readonly received_at?: string
}

/** What is known of the states of a run; another text may come. */
export type EngineRunStatus = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'SKIPPED'

/** A run in version 2 of the API. */
export interface EngineRun {
  readonly id: string
  /** Its id without the app's name before it. */
  readonly function: { readonly id: string; readonly name?: string }
  readonly app: { readonly id: string }
  readonly status: EngineRunStatus
  readonly queuedAt: string
  readonly startedAt?: string
  readonly endedAt?: string
  readonly trigger?: { readonly eventIds?: readonly string[] }
  /** What the function returned, or `{ error }`; a value that is no object is in `data`. */
  readonly output?: Readonly<Record<string, unknown>>
}

/** A function as it is registered. */
export interface EngineFunction {
  readonly id: string
  readonly isPaused?: boolean
  readonly isArchived?: boolean
  readonly triggers?: readonly { readonly type?: string; readonly value?: string; readonly if?: string }[]
  readonly configuration?: { readonly retries?: { readonly value?: number } }
}

/** An app as it is registered. */
export interface EngineApp {
  readonly id: string
  readonly isArchived?: boolean
  /** When it was synced first, in whole seconds. */
  readonly createdAt?: string
}

/** A list in version 2 of the API; `data` is absent when it is empty. */
export interface EnginePage<Item> {
  readonly data?: readonly Item[]
  readonly page?: { readonly hasMore?: boolean; readonly cursor?: string }
}
