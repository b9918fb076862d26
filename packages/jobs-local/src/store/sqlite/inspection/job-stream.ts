import type { SQLInputValue } from 'node:sqlite'

import type { Connection } from '../file/connection.ts'
import { boundOfUnread, firstSeq } from '../tables/segments-table.ts'
import type { Condition } from './job-conditions.ts'
import type { JobSource } from './job-source.ts'

/** A job that matches. */
export interface FoundJob {
  readonly id: string
  readonly seq: number
}

/** The order of a list, and the ids between which its jobs are, without these. */
export interface ListRange {
  readonly newestFirst: boolean
  readonly above: string
  readonly below: string
}

/** The options of a `JobStream`. */
export interface StreamOptions {
  /** Its sources, which have the same order. */
  readonly sources: readonly JobSource[]
  readonly range: ListRange
  /** The condition that its jobs meet. */
  readonly condition: Condition
  /** Number of rows of its first read. Each later one reads twice as many, up to `maxChunk`. */
  readonly chunk: number
  /** The only tenant whose jobs a cursor may name. Default: any. */
  readonly tenantId?: string | undefined
}

type Row = [seq: number, id: string | null, matches: number, tenant: string]

/** Number of rows that a stream reads at most at a time. */
const maxChunk = 1_000

/** The jobs of some sources that match, in the order of a list. Reads some rows at a time. */
export class JobStream {
  readonly #connection: Connection
  readonly #sources: readonly JobSource[]
  readonly #order: JobSource['order']
  readonly #range: ListRange
  readonly #condition: Condition
  readonly #tenantId: string | undefined
  #chunk: number
  /** Jobs that come next, the first one last. */
  #next: FoundJob[] = []
  /** Jobs that were read and match, of which the others may still come before. */
  #unordered: FoundJob[] = []
  /** The position that was read last: an id, or the `seq` of a job. */
  #last: string | number | undefined
  #isRead = false
  #reached: string | undefined

  constructor(connection: Connection, { sources, range, condition, tenantId, chunk }: StreamOptions) {
    this.#connection = connection
    this.#sources = sources
    this.#order = sources[0]!.order
    this.#range = range
    this.#condition = condition
    this.#tenantId = tenantId
    this.#chunk = Math.min(maxChunk, chunk)
    const from = range.newestFirst ? range.below : range.above
    this.#last = this.#order === 'id' ? from : firstSeq(connection, range.newestFirst, from)
    this.#isRead = this.#last === undefined
  }

  /** The next job; `undefined` if none was read. */
  get next(): FoundJob | undefined {
    return this.#next.at(-1)
  }

  /** True once all its rows were read. */
  get isRead(): boolean {
    return this.#isRead
  }

  /** The id of a job up to which its jobs were read. Absent: none that a cursor may name. */
  get reached(): string | undefined {
    return this.#reached
  }

  /** Takes the next job. */
  take(): void {
    this.#next.pop()
  }

  /** Reads the next rows. Returns their number. */
  read(): number {
    const max = this.#chunk
    const rows = this.#order === 'id' ? this.#readById(max) : this.#readBySeq(max)
    if (rows < max) this.#end()
    this.#chunk = Math.min(maxChunk, max * 2)
    return rows
  }

  /** Returns SQL for the next rows of all sources, which SQLite merges, and its values. */
  #pick(columns: string, condition: string, values: readonly SQLInputValue[]): [sql: string, values: SQLInputValue[]] {
    const parts = this.#sources.map(({ from }) => `SELECT ${columns} FROM ${from} AND ${condition}`)
    const direction = this.#range.newestFirst ? 'DESC' : 'ASC'
    return [
      `(${parts.join(' UNION ALL ')} ORDER BY ${this.#order} ${direction} LIMIT ?)`,
      this.#sources.flatMap((source) => [...source.values, ...values]),
    ]
  }

  #readById(max: number): number {
    const { newestFirst, above, below } = this.#range
    const bounds = newestFirst ? [above, this.#last!] : [this.#last!, below]
    const [picked, values] = this.#pick('seq, id, tenant, event', 'id > ? AND id < ?', bounds)
    const sql = `SELECT seq, id, (${this.#condition.sql}), tenant FROM ${picked} j`
    const rows = this.#connection.rows<Row>(sql, ...this.#condition.values, ...values, max)
    const found = rows.filter(([, , matches]) => matches).map(([seq, id]) => ({ seq, id: id! }))
    this.#next = [...found.toReversed(), ...this.#next]
    if (rows.length === 0) return 0
    this.#last = rows.at(-1)![1]!
    const isOwn = (row: Row): boolean => this.#tenantId === undefined || row[3] === this.#tenantId
    this.#reached = rows.findLast(isOwn)?.[1] ?? this.#reached
    return rows.length
  }

  #readBySeq(max: number): number {
    const { newestFirst, above, below } = this.#range
    const isRun = this.#order === 'run'
    // Runs of one job are one after another.
    const last = (this.#last as number) * (isRun ? 2 ** 20 : 1) + (isRun && !newestFirst ? 2 ** 20 - 1 : 0)
    const [picked, values] = this.#pick(this.#order, `${this.#order} ${newestFirst ? '<' : '>'} ?`, [last])
    const found = isRun ? 'run >> 20' : this.#order
    const sql =
      `SELECT found, j.id, (${this.#condition.sql}), j.tenant FROM (SELECT ${found} AS found FROM ${picked}) ` +
      'LEFT JOIN cgk_jobs j ON j.seq = found'
    const rows = this.#connection.rows<Row>(sql, ...this.#condition.values, ...values, max)
    if (rows.length === 0) return 0
    this.#last = rows.at(-1)![0]
    const bound = boundOfUnread(this.#connection, { newestFirst, seq: this.#last })
    const isBefore = (id: string): boolean => bound === undefined || (newestFirst ? id > bound : id < bound)
    for (const [seq, id, matches, tenant] of rows) {
      if (id === null || id <= above || id >= below) continue
      if (matches) this.#unordered.push({ seq, id })
      if (this.#tenantId !== undefined && tenant !== this.#tenantId) continue
      if (isBefore(id)) this.#reach(id)
    }
    this.#moveNext(({ id }) => isBefore(id))
    if (bound !== undefined && (newestFirst ? bound <= above : bound >= below)) this.#end()
    return rows.length
  }

  /** Moves the jobs before which no other can come. */
  #moveNext(isNext: (job: FoundJob) => boolean): void {
    const ordered = this.#unordered.filter(isNext)
    if (ordered.length === 0) return
    this.#unordered = this.#unordered.filter((job) => !isNext(job))
    ordered.sort((one, other) => (this.#range.newestFirst === one.id < other.id ? -1 : 1))
    this.#next = [...ordered, ...this.#next]
    this.#reach(ordered[0]!.id) // of rows that an earlier read may have had
  }

  #reach(id: string): void {
    if (this.#reached === undefined || this.#range.newestFirst === id < this.#reached) this.#reached = id
  }

  #end(): void {
    this.#isRead = true
    this.#moveNext(() => true)
  }
}
