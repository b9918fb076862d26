import { type Migration, migrations } from '../../src/database/schema.ts'

const tables = migrations.flatMap(({ sql }) =>
  [...sql.matchAll(/CREATE TABLE ({schema}\.\w+) \(/g)].map(([, name]) => name!),
)

/** A later schema that this code can use: each table has another column, and there is another table with an index. */
export const expanded: readonly Migration[] = [
  ...migrations,
  {
    sql: `
    ${tables.map((name) => `ALTER TABLE ${name} ADD COLUMN later text NOT NULL DEFAULT 'none';`).join('\n')}
    CREATE TABLE {schema}.later_runs (job text PRIMARY KEY, note text);
    CREATE INDEX later_runs_note ON {schema}.later_runs (note);
    CREATE INDEX runs_later ON {schema}.open_runs (later, definition) WHERE phase IS NOT NULL;
    CREATE FUNCTION {schema}.later() RETURNS int4 LANGUAGE sql IMMUTABLE AS $$ SELECT 1 $$;
    `,
  },
]

/** A schema after that one, which this code cannot use, while code of `expanded` can. */
export const contracted: readonly Migration[] = [
  ...expanded,
  { sql: 'ALTER TABLE {schema}.arrivals DROP COLUMN due_at;', usableSince: expanded.length },
]
