import { firstVersion, type Migration, migrations } from '../../src/store/sqlite/file/schema.ts'

const tables = migrations.flatMap(({ sql }) => [...sql.matchAll(/CREATE TABLE (\w+)/g)].map(([, name]) => name!))

/** The schema of this code. */
export const present: readonly Migration[] = migrations
/** The version of the schema of this code. */
export const presentVersion = firstVersion + migrations.length - 1

/** A later schema that this code can use: each table has another column, and there is another table with an index. */
export const expanded: readonly Migration[] = [
  ...present,
  {
    sql: `
    ${tables.map((name) => `ALTER TABLE ${name} ADD COLUMN later TEXT NOT NULL DEFAULT 'none';`).join('\n')}
    CREATE TABLE cgk_later (run INTEGER PRIMARY KEY, note TEXT) STRICT;
    CREATE INDEX cgk_runs_later ON cgk_runs (later, definition_id) WHERE phase IS NOT NULL;
    INSERT INTO cgk_later (run, note) SELECT run, later FROM cgk_runs;
    `,
  },
]

/** As `expanded`, but senders of that version also work before a worker has migrated the file. */
export const optional: readonly Migration[] = expanded.map((step, index) =>
  index === present.length ? { ...step, isOptional: true } : step,
)

/** A schema after that one, which this code cannot use, while code of `expanded` can. */
export const contracted: readonly Migration[] = [
  ...expanded,
  {
    sql: `
    DROP INDEX cgk_runs_later;
    ${tables.map((name) => `ALTER TABLE ${name} DROP COLUMN later;`).join('\n')}
    `,
    usableSince: presentVersion + 1,
  },
]
