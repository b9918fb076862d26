import { JobsError } from '@cgk-platform/jobs-core/errors'
import type { AppTransaction } from '@cgk-platform/jobs-core/provider'

import { type OpenedDatabase, type Queryable, quoteName, type SqlValue } from './database.ts'
import { toStoreError } from './to-store-error.ts'
import { invalidTransaction, runnerOf } from './transaction-clients.ts'

/** The server's codes for a schema, a table or a function that does not exist. */
const missing: readonly unknown[] = ['3F000', '42P01', '42883']

/**
 * Returns an open transaction of the app, for statements of this package.
 *
 * @throws {InvalidOptionError} for anything else.
 */
export function appTransaction(
  transaction: AppTransaction,
  { schema, address }: Pick<OpenedDatabase, 'schema' | 'address'>,
): Queryable {
  const run = runnerOf(transaction)
  const quoted = quoteName(schema)
  return {
    async query<Row extends object>(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
      const text = withTexts(sql, values).replaceAll('{schema}', () => quoted)
      try {
        const rows = await run(text, values.map(toText))
        return rows.map((row) => withLowerCase(row) as Row)
      } catch (error) {
        throw explained(error, schema, address)
      }
    },
  }
}

/** Returns a statement whose values are texts: each client has its own way to send arrays and numbers. */
function withTexts(sql: string, values: readonly SqlValue[]): string {
  return sql.replace(/\$(\d+)(::\w+\[\])?/g, (_, place: string, type = '') => {
    const value = values[Number(place) - 1]
    return `$${place}::text${type || (typeof value === 'number' ? '::int8' : '')}`
  })
}

/** Some apps let their client convert the names of columns. */
function withLowerCase(row: object): object {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value as unknown]))
}

function toText(value: SqlValue): string {
  return typeof value === 'object' && value !== null ? toArray(value) : String(value)
}

/** Returns PostgreSQL's text of an array. */
function toArray(values: Extract<SqlValue, readonly unknown[]>): string {
  const quoted = values.map((value) =>
    value === null ? 'NULL' : `"${String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
  )
  return `{${quoted.join()}}`
}

function explained(error: unknown, schema: string, address: string): Error {
  if (error instanceof JobsError) return error
  if (missing.includes((error as { code?: unknown }).code)) {
    const problem = `is in a database without the tables of the jobs in the schema \`${schema}\``
    return invalidTransaction(problem, error)
  }
  return toStoreError(error, address, 'in a transaction of the app')
}
