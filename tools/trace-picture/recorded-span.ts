/** A span of the picture, as the file of spans has it. */
export interface RecordedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentId?: string
  /** The names of the linked spans. */
  readonly links: readonly string[]
  readonly outcome?: string
  readonly errorType?: string
  /** Since the first span, in microseconds. */
  readonly startUs: number
  readonly durationUs: number
  /** When it started by the clock of the engine, in hours since the first span. */
  readonly startHours: number
}
