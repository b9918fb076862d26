import { InvalidOptionError } from '@cgk-platform/jobs-core/errors'
import { type AppTransaction, kindOf } from '@cgk-platform/jobs-core/provider'

/** A `Client` or `PoolClient` of `pg`, on which your app has called `BEGIN`. */
export interface PgTransaction {
  query(text: string, values: string[]): Promise<{ readonly rows: unknown[] }>
  setTypeParser(...type: never[]): void
}

/** The `sql` of `sql.begin` or `savepoint` of postgres.js. */
export interface PostgresJsTransaction {
  unsafe(text: string, values: never[]): PromiseLike<unknown>
  savepoint(work: never): unknown
}

/** The `tx` of `pglite.transaction`. */
export interface PgliteAppTransaction {
  query(text: string, values: string[]): Promise<{ readonly rows: unknown[] }>
  rollback(): Promise<void>
  readonly closed: boolean
}

/** The `tx` of `db.transaction` of Drizzle. */
export interface DrizzleTransaction {
  readonly _: { readonly session: object }
  rollback(): never
}

/** The `tx` of `prisma.$transaction`. */
export interface PrismaTransaction {
  $queryRawUnsafe(text: string, ...values: never[]): PromiseLike<unknown>
  readonly $connect?: never
}

/** The `trx` of Kysely's `db.transaction().execute`, or of `startTransaction`. */
export interface KyselyTransaction {
  readonly isTransaction: true
  executeQuery(query: never): Promise<{ readonly rows: unknown[] }>
}

/** The `trx` of `knex.transaction`. */
export interface KnexTransaction {
  raw(text: string, values: never): PromiseLike<unknown>
  isCompleted(): boolean
}

/** The `EntityManager` of `dataSource.transaction` of TypeORM, or a `QueryRunner`. */
export type TypeormTransaction =
  | TypeormQueryRunner
  | { readonly queryRunner?: TypeormQueryRunner | undefined; hasId(...entity: never[]): boolean }

interface TypeormQueryRunner {
  query(text: string, values: string[]): Promise<unknown>
  readonly isTransactionActive: boolean
}

/** An open transaction of a client of PostgreSQL. */
export type PostgresTransaction =
  | PgTransaction
  | PostgresJsTransaction
  | PgliteAppTransaction
  | DrizzleTransaction
  | PrismaTransaction
  | KyselyTransaction
  | KnexTransaction
  | TypeormTransaction

/** Runs a statement. @param values - texts for `$1`, `$2`, … */
type Run = (text: string, values: string[]) => PromiseLike<readonly object[]>

/** A client of PostgreSQL. */
interface TransactionClient {
  readonly name: string
  /** The members by which it is recognized: its package may not be installed. */
  readonly members: readonly string[]
  /** Whether a transaction is open, as far as the client knows. */
  readonly isOpen: (transaction: never) => boolean | undefined
  readonly run: (transaction: never) => Run
}

const clients: readonly TransactionClient[] = [
  {
    name: 'Prisma',
    members: ['$queryRawUnsafe'],
    isOpen: ({ $connect }: PrismaTransaction) => $connect === undefined,
    run: (transaction: PrismaTransaction) => async (text, values) => {
      try {
        return (await transaction.$queryRawUnsafe(text, ...(values as never[]))) as object[]
      } catch (error) {
        throw serverErrorOf(error)
      }
    },
  },
  {
    name: 'Kysely',
    members: ['executeQuery', 'isTransaction'],
    isOpen: (transaction: KyselyTransaction & { readonly isCommitted?: boolean; readonly isRolledBack?: boolean }) =>
      transaction.isTransaction && !transaction.isCommitted && !transaction.isRolledBack,
    run: (transaction: KyselyTransaction) => async (sql, parameters) => {
      const query = { kind: 'RawNode', sqlFragments: [sql], parameters: [] }
      const compiled = { sql, parameters, query, queryId: { queryId: 'jobs' } }
      return rowsOf(await transaction.executeQuery(compiled as never))
    },
  },
  {
    name: 'postgres.js',
    members: ['unsafe'],
    isOpen: ({ savepoint }: Partial<PostgresJsTransaction>) => savepoint !== undefined,
    run: (transaction: PostgresJsTransaction) => (text, values) =>
      transaction.unsafe(text, values as never[]) as PromiseLike<object[]>,
  },
  {
    name: 'Knex',
    members: ['raw', 'batchInsert'],
    isOpen: (transaction: KnexTransaction & { readonly isTransaction?: boolean }) =>
      transaction.isTransaction && !transaction.isCompleted(),
    run: (transaction: KnexTransaction) => async (text, values) => {
      const inOrder: string[] = []
      const withMarks = text.replace(/\$(\d+)/g, (_, place: string) => {
        inOrder.push(values[Number(place) - 1]!)
        return '?'
      })
      return rowsOf((await transaction.raw(withMarks, inOrder as never)) as Result)
    },
  },
  {
    name: 'PGlite',
    members: ['query', 'exec', 'sql'],
    isOpen: ({ rollback, closed }: Partial<PgliteAppTransaction>) => rollback !== undefined && !closed,
    run: (transaction: PgliteAppTransaction) => async (text, values) => rowsOf(await transaction.query(text, values)),
  },
  {
    name: 'TypeORM',
    members: ['query', 'isTransactionActive'],
    isOpen: ({ isTransactionActive }: TypeormQueryRunner) => isTransactionActive,
    run: (transaction: TypeormQueryRunner) => (text, values) => transaction.query(text, values) as Promise<object[]>,
  },
  {
    name: '`pg`',
    members: ['query', 'setTypeParser'],
    isOpen: (transaction: PgTransaction & { getTransactionStatus?(): string | null }) =>
      transaction.getTransactionStatus?.() !== 'I',
    run: (transaction: PgTransaction) => async (text, values) => rowsOf(await transaction.query(text, values)),
  },
]

/**
 * Returns how to run statements in an open transaction of the app.
 *
 * @throws {InvalidOptionError} for anything else.
 */
export function runnerOf(transaction: AppTransaction): Run {
  const { _: drizzle, queryRunner } = transaction as { _?: { session?: { client?: object } }; queryRunner?: object }
  const inner = drizzle?.session?.client ?? queryRunner ?? transaction
  const client = clients.find(({ members }) => members.every((member) => member in inner))
  if (!client) throw invalidTransaction(`is ${kindOf(transaction)}, not a transaction of a known client`)
  if (!client.isOpen(inner as never)) throw invalidTransaction(`has no open transaction of ${client.name}`)
  return client.run(inner as never)
}

/** Returns the error for a transaction that a send cannot be part of. */
export function invalidTransaction(problem: string, cause?: unknown): InvalidOptionError {
  const remedy =
    'Pass an open transaction in the database of the jobs: of `pg` (a client after `BEGIN`), postgres.js, PGlite, ' +
    'Drizzle, Prisma, Kysely, Knex or TypeORM.'
  return new InvalidOptionError({ option: 'transaction', problem, remedy }, { cause })
}

interface Result {
  readonly rows: readonly unknown[]
}

function rowsOf({ rows }: Result): readonly object[] {
  return rows as readonly object[]
}

/** Returns the error of the server, which Prisma reports in one of its own. */
function serverErrorOf(error: unknown): unknown {
  const { meta } = error as { meta?: { driverAdapterError?: { cause?: PrismaCause } } }
  const cause = meta?.driverAdapterError?.cause
  if (cause?.originalCode === undefined) return error
  return Object.assign(new Error(cause.originalMessage, { cause: error }), { code: cause.originalCode })
}

interface PrismaCause {
  readonly originalCode?: string
  readonly originalMessage?: string
}
