import type { PGlite } from '@electric-sql/pglite'
import type { AppTransaction } from '@cgk-platform/jobs-core/provider'
import { PrismaPg } from '@prisma/adapter-pg'
import { sql as drizzleSql } from 'drizzle-orm'
import { drizzle as drizzlePg } from 'drizzle-orm/node-postgres'
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite'
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js'
import knex from 'knex'
import { CompiledQuery, Kysely, PostgresDialect } from 'kysely'
import { Client, type ClientBase, Pool } from 'pg'
import postgres from 'postgres'
import { DataSource } from 'typeorm'

import { createPrismaClient } from './prisma-client.ts'

/** A transaction of an app. */
export interface AppTransactionScope {
  /** The client's own transaction. */
  readonly transaction: AppTransaction
  /** Runs a statement of the app. */
  readonly run: (sql: string) => PromiseLike<unknown>
  /** Runs `work` in a savepoint, which is rolled back if it fails. */
  readonly inSavepoint: (work: (inner: AppTransactionScope) => Promise<void>) => Promise<void>
}

/** A client of PostgreSQL, as an app uses it. */
export interface AppClient {
  /** Runs `work` in a transaction, which is rolled back if it fails. */
  transaction(work: (scope: AppTransactionScope) => Promise<void>): Promise<void>
  close(): Promise<void>
}

type Work = (scope: AppTransactionScope) => Promise<void>

/** Runs `work` between statements that a client without functions for them needs. */
async function between(
  run: (sql: string) => PromiseLike<unknown>,
  [begin, end, undo]: readonly [string, string, string],
  work: () => Promise<void>,
): Promise<void> {
  await run(begin)
  try {
    await work()
  } catch (error) {
    await run(undo)
    throw error
  }
  await run(end)
}

const transactional = ['BEGIN', 'COMMIT', 'ROLLBACK'] as const
const nested = ['SAVEPOINT own', 'RELEASE own', 'ROLLBACK TO own'] as const

/** The scope of a client whose savepoints are statements. */
function scopeOf(transaction: AppTransaction, run: (sql: string) => PromiseLike<unknown>): AppTransactionScope {
  const scope: AppTransactionScope = {
    transaction,
    run,
    inSavepoint: (work) => between(run, nested, () => work(scope)),
  }
  return scope
}

function ofPg(client: ClientBase): AppTransactionScope {
  return scopeOf(client, (sql) => client.query(sql))
}

function ofPostgresJs(transaction: postgres.TransactionSql): AppTransactionScope {
  return {
    transaction,
    run: (sql) => transaction.unsafe(sql),
    inSavepoint: (work) => transaction.savepoint((inner) => work(ofPostgresJs(inner))),
  }
}

type DrizzleDatabase = Pick<ReturnType<typeof drizzlePg>, 'transaction'>
type DrizzleTransaction = Parameters<Parameters<DrizzleDatabase['transaction']>[0]>[0]

function ofDrizzle(transaction: DrizzleTransaction): AppTransactionScope {
  return {
    transaction,
    run: (sql) => transaction.execute(drizzleSql.raw(sql)),
    inSavepoint: (work) => transaction.transaction((inner) => work(ofDrizzle(inner))),
  }
}

function withDrizzle(database: unknown, close: () => Promise<void>): AppClient {
  const { transaction } = database as DrizzleDatabase
  return { transaction: (work) => transaction.call(database, (open) => work(ofDrizzle(open))) as Promise<void>, close }
}

/** Opens each client on a server. */
export const serverClients: Readonly<Record<string, (url: string) => Promise<AppClient>>> = {
  async 'a client of pg'(connectionString) {
    const client = new Client({ connectionString })
    await client.connect()
    const scope = ofPg(client)
    return { transaction: (work) => between(scope.run, transactional, () => work(scope)), close: () => client.end() }
  },
  async "a pool's client of pg"(connectionString) {
    const pool = new Pool({ connectionString })
    return {
      async transaction(work) {
        const client = await pool.connect()
        const scope = ofPg(client)
        await between(scope.run, transactional, () => work(scope)).finally(() => client.release())
      },
      close: () => pool.end(),
    }
  },
  async 'postgres.js'(url) {
    const database = postgres(url, { transform: postgres.toPascal })
    return {
      transaction: (work) => database.begin((open) => work(ofPostgresJs(open))),
      close: () => database.end(),
    }
  },
  async 'Drizzle on pg'(connectionString) {
    const pool = new Pool({ connectionString })
    return withDrizzle(drizzlePg(pool), () => pool.end())
  },
  async 'Drizzle on postgres.js'(url) {
    const database = postgres(url)
    return withDrizzle(drizzlePostgresJs(database), () => database.end())
  },
  async Prisma(connectionString) {
    const prisma = createPrismaClient(new PrismaPg({ connectionString }))
    const inPrisma = (parent: Pick<typeof prisma, '$transaction'>, work: Work): Promise<void> =>
      parent.$transaction((transaction) =>
        work({
          transaction,
          run: (sql) => transaction.$executeRawUnsafe(sql),
          inSavepoint: (nestedWork) => inPrisma(transaction, nestedWork),
        }),
      )
    return {
      transaction: (work) => inPrisma(prisma, work),
      close: () => prisma.$disconnect(),
    }
  },
  async Kysely(connectionString) {
    const database = new Kysely<object>({ dialect: new PostgresDialect({ pool: new Pool({ connectionString }) }) })
    return {
      transaction: (work) =>
        database
          .transaction()
          .execute((open) => work(scopeOf(open, (sql) => open.executeQuery(CompiledQuery.raw(sql))))),
      close: () => database.destroy(),
    }
  },
  async 'Kysely with a controlled transaction'(connectionString) {
    const database = new Kysely<object>({ dialect: new PostgresDialect({ pool: new Pool({ connectionString }) }) })
    return {
      async transaction(work) {
        const open = await database.startTransaction().execute()
        const run = (sql: string) => open.executeQuery(CompiledQuery.raw(sql))
        try {
          await work(scopeOf(open, run))
        } catch (error) {
          await open.rollback().execute()
          throw error
        }
        await open.commit().execute()
      },
      close: () => database.destroy(),
    }
  },
  async Knex(connection) {
    const database = knex({ client: 'pg', connection })
    const inKnex = (parent: Pick<typeof database, 'transaction'>, work: Work): Promise<void> =>
      parent.transaction((transaction) =>
        work({
          transaction,
          run: (sql) => transaction.raw(sql),
          inSavepoint: (nestedWork) => inKnex(transaction, nestedWork),
        }),
      )
    return { transaction: (work) => inKnex(database, work), close: () => database.destroy() }
  },
  async 'an EntityManager of TypeORM'(url) {
    const source = await new DataSource({ type: 'postgres', url }).initialize()
    const inTypeorm = (parent: Pick<DataSource, 'transaction'>, work: Work): Promise<void> =>
      parent.transaction((manager) =>
        work({
          transaction: manager,
          run: (sql) => manager.query(sql),
          inSavepoint: (nestedWork) => inTypeorm(manager, nestedWork),
        }),
      )
    return { transaction: (work) => inTypeorm(source, work), close: () => source.destroy() }
  },
  async 'a QueryRunner of TypeORM'(url) {
    const source = await new DataSource({ type: 'postgres', url }).initialize()
    return {
      async transaction(work) {
        const runner = source.createQueryRunner()
        await runner.startTransaction()
        try {
          await work(scopeOf(runner, (sql) => runner.query(sql)))
          await runner.commitTransaction()
        } catch (error) {
          await runner.rollbackTransaction()
          throw error
        } finally {
          await runner.release()
        }
      },
      close: () => source.destroy(),
    }
  },
}

/** Opens each client on a PGlite. */
export const pgliteClients: Readonly<Record<string, (pglite: PGlite) => AppClient>> = {
  PGlite: (pglite) => ({
    transaction: (work) => pglite.transaction((open) => work(scopeOf(open, (sql) => open.exec(sql)))),
    close: async () => undefined,
  }),
  'Drizzle on PGlite': (pglite) => withDrizzle(drizzlePglite(pglite), async () => undefined),
}
