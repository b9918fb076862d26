import { sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'

export const orders = pgTable('orders', {
  id: text().primaryKey(),
  email: text().notNull(),
})

/** The mails to send. A mail server has no part in a transaction, but a table has. */
export const mails = pgTable('mails', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  orderId: text('order_id').notNull(),
  recipient: text().notNull(),
})

/** Creates the tables. An app would use `drizzle-kit`. */
export async function createTables(db: NodePgDatabase): Promise<void> {
  await db.execute(sql`CREATE TABLE IF NOT EXISTS orders (id text PRIMARY KEY, email text NOT NULL)`)
  await db.execute(
    sql`CREATE TABLE IF NOT EXISTS mails (
      id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY, order_id text NOT NULL, recipient text NOT NULL
    )`,
  )
}
