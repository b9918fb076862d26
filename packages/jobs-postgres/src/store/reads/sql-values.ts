import type { SqlValue } from '../../database/database.ts'

/** The values of a statement that is built from parts. */
export class SqlValues {
  readonly all: SqlValue[] = []

  /** Adds a value. Returns its place in the statement. */
  add(value: SqlValue): string {
    return `$${this.all.push(value)}`
  }
}
