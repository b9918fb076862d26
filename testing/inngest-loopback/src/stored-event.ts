/** An event as a producer sends it. */
export interface EventPayload {
  readonly id?: string
  readonly name: string
  readonly data: Record<string, unknown>
  readonly ts?: number
  readonly v?: string
  readonly user?: Record<string, unknown>
}

/** An event as the engine stores it. */
export interface StoredEvent {
  /** The event's ULID, as returned by the event API. */
  readonly internalId: string
  readonly event: EventPayload & { readonly id: string; readonly ts: number }
  readonly receivedAtMs: number
}
