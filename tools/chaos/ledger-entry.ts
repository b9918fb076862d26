import type { StoreFault } from './engines/store-fault.ts'

/** A line of a ledger: one action of a process. Instants are milliseconds of the machine's monotonic clock. */
export type LedgerLine = { readonly at: number } & (
  | IntendedSend
  | { readonly type: 'sent'; readonly item: string; readonly job: string; readonly deduplicated: boolean }
  | { readonly type: 'send failed'; readonly item: string; readonly error: string }
  | { readonly type: 'cancelling'; readonly job: string }
  | { readonly type: 'cancelled'; readonly job: string; readonly state: string }
  | ({ readonly type: 'started' } & Attempt)
  | ({ readonly type: 'ended'; readonly how: 'returned' | 'threw' } & Attempt)
  /** A poison job is about to end its worker. */
  | ({ readonly type: 'dying' } & Attempt)
  | OfTypes<'step' | 'step done' | 'compensation' | 'compensation done', { readonly step: string } & Attempt>
  | { readonly type: 'up'; readonly pid: number }
  /** The event loop was blocked since then. */
  | { readonly type: 'stalled'; readonly since: number }
  | OfTypes<'killed' | 'paused', { readonly process: string; readonly since: number }>
  /** The library logged an internal error. */
  | { readonly type: 'internal error'; readonly message: string }
  | { readonly type: 'exited'; readonly process: string; readonly message: string }
  | { readonly type: 'disk was full'; readonly since: number }
  /** The server of the store could not be used as usual. */
  | { readonly type: 'server fault'; readonly fault: StoreFault['kind']; readonly since: number }
  | { readonly type: 'skipped'; readonly fault: StoreFault['kind'] | 'pooler'; readonly reason: string }
  /** The limited jobs were paused, in epoch milliseconds of the wall clock. */
  | { readonly type: 'limited jobs were paused'; readonly from: number; readonly until: number }
  /** All tenants of a group were paused, in epoch milliseconds of the wall clock. */
  | { readonly type: 'tenants were paused'; readonly group: string; readonly from: number; readonly until: number }
  | ({ readonly type: 'transaction' } & TransactionCost)
)

/** A union with one member per type, so that TypeScript can narrow it by `type`. */
type OfTypes<Type, Fields> = Type extends string ? { readonly type: Type } & Fields : never

/** A send that is about to happen. */
export interface IntendedSend {
  readonly type: 'sending'
  readonly item: string
  readonly kind: Kind
  readonly tenant: string
  readonly key?: string
  /** The key of the limits of a limited job. */
  readonly store?: string
  /** The earliest start of the job, in epoch milliseconds of the wall clock. */
  readonly notBefore?: number
  /** The load that the job belongs to. */
  readonly group?: string
}

/** The cost of a transaction of a worker that executed many statements for the rows that it changed. */
export interface TransactionCost {
  /** Number of its statements. */
  readonly statements: number
  /** Number of rows that they returned. */
  readonly rows: number
  /** Number of rows that they changed. */
  readonly changed: number
}

/** Identifies an attempt. */
export interface Attempt {
  readonly item: string
  readonly job: string
  readonly run: string
  readonly attempt: number
  readonly definition: string
  readonly tenant: string
  /** The time of the entry by the wall clock, in epoch milliseconds. */
  readonly wall: number
}

/** The scenario of a job. It decides how the job is sent and how it must end. */
export type Kind =
  | 'plain'
  | 'limited'
  | 'retried'
  | 'exhausted'
  | 'non-retryable'
  | 'delayed'
  | 'keyed'
  | 'cancelled'
  | 'in a transaction'
  | 'transacted'
  | 'transacted flow'
  | 'flow'
  | 'compensated flow'
  | 'cancelled flow'
  | 'poison'
  | 'cron'
  | LoadKind

/** The scenario of a job that belongs to a load. */
export type LoadKind = 'large' | 'small' | 'in a lane' | 'of a paused tenant' | 'retried at once' | 'newer'

/** A line of a ledger, with the process that wrote it. */
export type LedgerEntry = LedgerLine & { readonly by: string }

type DistributiveOmit<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never

/** A line without its instant, which the ledger adds. */
export type Note = DistributiveOmit<LedgerLine, 'at'>

/** Returns the time of the monotonic clock, which all processes of the machine share, in milliseconds. */
export function nowMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000
}
