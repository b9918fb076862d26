/** What a process writes down of what it does. Instants are milliseconds of the machine's monotonic clock. */
export type Line = { readonly at: number } & (
  | Wanted
  | { readonly what: 'sent'; readonly item: string; readonly job: string; readonly deduplicated: boolean }
  | { readonly what: 'refused'; readonly item: string; readonly error: string }
  | { readonly what: 'cancelling'; readonly job: string }
  | { readonly what: 'cancelled'; readonly job: string; readonly state: string }
  | ({ readonly what: 'began' } & Attempt)
  | ({ readonly what: 'ended'; readonly how: 'returned' | 'threw' } & Attempt)
  | Told<'step' | 'step done' | 'compensation' | 'compensation done', { readonly step: string } & Attempt>
  | { readonly what: 'up' }
  /** Its event loop did not turn since then. */
  | { readonly what: 'stalled'; readonly since: number }
  | Told<'killed' | 'paused', { readonly process: string; readonly since: number }>
  /** Something that the library says and never should. */
  | { readonly what: 'complaint'; readonly says: string }
  | { readonly what: 'exited'; readonly process: string; readonly says: string }
  | { readonly what: 'disk was full'; readonly since: number }
)

/** One type for each of the words, so that a word picks its own. */
type Told<What, Rest> = What extends string ? { readonly what: What } & Rest : never

/** What is about to be sent. */
export interface Wanted {
  readonly what: 'wanted'
  readonly item: string
  readonly kind: Kind
  readonly tenant: string
  readonly key?: string
  /** Not before this, by the clock of the wall; epoch milliseconds. */
  readonly notBefore?: number
}

/** Which attempt of which run it is. */
export interface Attempt {
  readonly item: string
  readonly job: string
  readonly run: string
  readonly attempt: number
  readonly definition: string
  readonly tenant: string
  /** By the clock of the wall, epoch milliseconds. */
  readonly wall: number
}

/** What becomes of a job. */
export type Kind =
  | 'plain'
  | 'retried'
  | 'given up'
  | 'refusing'
  | 'delayed'
  | 'keyed'
  | 'cancelled'
  | 'in a transaction'
  | 'flow'
  | 'compensated flow'
  | 'cron'

/** A line, and the process that has written it. */
export type Entry = Line & { readonly by: string }

type DistributiveOmit<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never

/** A line without its instant, which is when it is written. */
export type Note = DistributiveOmit<Line, 'at'>

/** The monotonic clock that all processes of the machine share, milliseconds. */
export function nowMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000
}
