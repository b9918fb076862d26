import type { PGlite, Transaction as PgliteTransaction } from '@electric-sql/pglite'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { PgliteDatabase } from 'drizzle-orm/pglite'
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import type { Knex } from 'knex'
import type { ControlledTransaction, Kysely, Transaction as KyselyTransaction } from 'kysely'
import type { Client, Pool, PoolClient } from 'pg'
import type { Sql, TransactionSql } from 'postgres'
import type { DataSource, EntityManager, QueryRunner } from 'typeorm'
import { describe, expectTypeOf, it } from 'vitest'

import { sendJob, type SendOptions } from '../../src/index.ts'
import type { PrismaClient } from '../kit/prisma-client.ts'

type Accepted = SendOptions['transaction']
/** The argument that a method of a client passes to the function that it runs in a transaction. */
type OpenIn<Method extends (work: never) => unknown> = Parameters<Parameters<Method>[0]>[0]

interface Tables {
  orders: { id: string }
}

describe('the option `transaction`', () => {
  it('accepts the open transaction of each client', () => {
    expectTypeOf<Client>().toExtend<Accepted>()
    expectTypeOf<PoolClient>().toExtend<Accepted>()
    expectTypeOf<TransactionSql>().toExtend<Accepted>()
    expectTypeOf<PgliteTransaction>().toExtend<Accepted>()
    expectTypeOf<OpenIn<NodePgDatabase['transaction']>>().toExtend<Accepted>()
    expectTypeOf<OpenIn<PostgresJsDatabase['transaction']>>().toExtend<Accepted>()
    expectTypeOf<OpenIn<PgliteDatabase['transaction']>>().toExtend<Accepted>()
    expectTypeOf<OpenIn<PrismaClient['$transaction']>>().toExtend<Accepted>()
    expectTypeOf<KyselyTransaction<Tables>>().toExtend<Accepted>()
    expectTypeOf<ControlledTransaction<Tables>>().toExtend<Accepted>()
    expectTypeOf<Knex.Transaction>().toExtend<Accepted>()
    expectTypeOf<EntityManager>().toExtend<Accepted>()
    expectTypeOf<QueryRunner>().toExtend<Accepted>()
  })

  it('rejects what is in no transaction', () => {
    expectTypeOf<Pool>().not.toExtend<Accepted>()
    expectTypeOf<Sql>().not.toExtend<Accepted>()
    expectTypeOf<PGlite>().not.toExtend<Accepted>()
    expectTypeOf<NodePgDatabase>().not.toExtend<Accepted>()
    expectTypeOf<PrismaClient>().not.toExtend<Accepted>()
    expectTypeOf<Kysely<Tables>>().not.toExtend<Accepted>()
    expectTypeOf<Knex>().not.toExtend<Accepted>()
    expectTypeOf<DataSource>().not.toExtend<Accepted>()
    expectTypeOf<object>().not.toExtend<Accepted>()
    // @ts-expect-error -- a text is no transaction
    void (() => sendJob('order.created', { tenantId: 'acme', orderId: '1' }, { transaction: 'BEGIN' }))
  })
})
