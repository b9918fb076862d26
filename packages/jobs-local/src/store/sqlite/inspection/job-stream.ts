import type { Connection } from '../connection.ts'
import { boundOfUnread, firstSeq } from '../segments-table.ts'
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
  readonly source: JobSource
  readonly range: ListRange
  /** The condition that its jobs meet. */
  readonly condition: Condition
  /** The only tenant whose jobs a cursor may name. Default: any. */
  readonly tenantId?: string | undefined
}

type Row = [seq: number, id: string | null, matches: number, tenant: string]

/** The jobs of a source that match, in the order of a list. Reads some rows at a time. */
export class JobStream {
  readonly #connection: Connection
  readonly #source: JobSource
  readonly #range: ListRange
  readonly #condition: Condition
  readonly #tenantId: string | undefined
  /** Jobs that come next, the first one last. */
  #next: FoundJob[] = []
  /** Jobs that were read and match, of which the others may still come before. */
  #unordered: FoundJob[] = []
  /** The position that was read last: an id, or the `seq` of a job. */
  #last: string | number | undefined
  #isRead = false
  #reached: string | undefined

  constructor(connection: Connection, { source, range, condition, tenantId }: StreamOptions) {
    this.#connection = connection
    this.#source = source
    this.#range = range
    this.#condition = condition
    this.#tenantId = tenantId
    const from = range.newestFirst ? range.below : range.above
    this.#last = source.order === 'id' ? from : firstSeq(connection, range.newestFirst, from)
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
  read(max: number): number {
    const rows = this.#source.order === 'id' ? this.#readById(max) : this.#readBySeq(max)
    if (rows < max) this.#end()
    return rows
  }

  #readById(max: number): number {
    const { newestFirst, above, below } = this.#range
    const { from, values } = this.#source
    const [direction, bounds] = newestFirst
      ? (['DESC', [above, this.#last!]] as const)
      : (['ASC', [this.#last!, below]] as const)
    const picked = `SELECT seq, id, tenant, event FROM ${from} AND id > ? AND id < ? ORDER BY id ${direction} LIMIT ?`
    const sql = `SELECT seq, id, (${this.#condition.sql}), tenant FROM (${picked}) j`
    const rows = this.#connection.rows<Row>(sql, ...this.#condition.values, ...values, ...bounds, max)
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
    const { from, values, order } = this.#source
    const isRun = order === 'run'
    const [comparison, direction] = newestFirst ? ['<', 'DESC'] : ['>', 'ASC']
    // Runs of one job are one after another.
    const last = (this.#last as number) * (isRun ? 2 ** 20 : 1) + (isRun && !newestFirst ? 2 ** 20 - 1 : 0)
    const picked =
      `SELECT ${isRun ? 'run >> 20' : order} AS found FROM ${from} AND ${order} ${comparison} ? ` +
      `ORDER BY ${order} ${direction} LIMIT ?`
    const sql = `SELECT found, j.id, (${this.#condition.sql}), j.tenant FROM (${picked}) LEFT JOIN cgk_jobs j ON j.seq = found`
    const rows = this.#connection.rows<Row>(sql, ...this.#condition.values, ...values, last, max)
    if (rows.length === 0) return 0
    this.#last = rows.at(-1)![0]
    const bound = boundOfUnread(this.#connection, { newestFirst, seq: this.#last })
    const isBefore = (id: string): boolean => bound === undefined || (newestFirst ? id > bound : id < bound)
    for (const [seq, id, matches, tenant] of rows) {
      if (id === null || id <= above || id >= below) continue
      if (matches) this.#unordered.push({ seq, id })
      if (this.#tenantId !== undefined && tenant !== this.#tenantId) continue
      if (isBefore(id) && (this.#reached === undefined || newestFirst === id < this.#reached)) this.#reached = id
    }
    this.#order(({ id }) => isBefore(id))
    if (bound !== undefined && (newestFirst ? bound <= above : bound >= below)) this.#end()
    return rows.length
  }

  /** Moves the jobs before which no other can come. */
  #order(isNext: (job: FoundJob) => boolean): void {
    const ordered = this.#unordered.filter(isNext)
    if (ordered.length === 0) return
    this.#unordered = this.#unordered.filter((job) => !isNext(job))
    ordered.sort((one, other) => (this.#range.newestFirst === one.id < other.id ? -1 : 1))
    this.#next = [...ordered, ...this.#next]
  }

  #end(): void {
    this.#isRead = true
    this.#order(() => true)
  }
}
