import { quoteName } from './database.ts'
import { type Migration, migrations } from './schema.ts'

/** The time that a migration waits for another one, and for each table: whatever uses the table then waits behind it. */
const waits = { migrationMs: 60_000, tableMs: 5_000 }

/** Quotes a script. Its steps quote with `$$`. */
const tag = '$cgk_jobs$'

/**
 * Returns a statement that creates the schema, or brings it to the version of this package. It changes all or nothing, does
 * nothing the second time, and leaves the settings of the session as they are, so that any tool can run it.
 *
 * @param from - the oldest version of the schema that the script changes. Default 0: any
 */
export function migrationScript(from = 0, steps: readonly Migration[] = migrations): string {
  const refusal = `RAISE EXCEPTION '{schema} has schema version %, but this script needs ${from}', cgk_version;`
  const lacking = steps.map(({ sql }, index) => guarded(sql, index + 1, usableSince(steps, index + 1))).slice(from)
  return `-- The tables of @cgk-platform/jobs, schema version ${steps.length}. Applies all or nothing, and nothing the second time.
DO ${tag}
DECLARE
  cgk_version int4;
  cgk_timeout text := current_setting('lock_timeout');
BEGIN
  PERFORM set_config('lock_timeout', '${waits.migrationMs}', true);
  PERFORM pg_advisory_xact_lock(hashtextextended('@cgk-platform/jobs {schema}', 0));
  PERFORM set_config('lock_timeout', '${waits.tableMs}', true);
  -- \`IF NOT EXISTS\` would need the right to create what exists, and print a notice.
  IF to_regnamespace('{schema}') IS NULL THEN CREATE SCHEMA {schema}; END IF;
  IF to_regclass('{schema}.versions') IS NULL THEN CREATE TABLE {schema}.versions (
    version int4 PRIMARY KEY,
    usable_since int4 NOT NULL, -- the schema version of the oldest code that can use the tables
    applied_at timestamptz NOT NULL DEFAULT now()
  ); END IF;
  SELECT coalesce(max(version), 0) INTO cgk_version FROM {schema}.versions;
  IF cgk_version < ${from} THEN ${refusal} END IF;
${lacking.join('')}
  PERFORM set_config('lock_timeout', cgk_timeout, true);
END ${tag};
`
}

function guarded(sql: string, version: number, since: number): string {
  return `
  IF cgk_version < ${version} THEN
  ${sql.trim()}
  INSERT INTO {schema}.versions (version, usable_since) VALUES (${version}, ${since});
  END IF;
`
}

/** Returns the schema version of the oldest code that can use a version. */
function usableSince(steps: readonly Migration[], version: number): number {
  return steps.slice(0, version).findLast((step) => step.usableSince !== undefined)?.usableSince ?? 1
}

/**
 * Returns the statements that let a role send, run and steer jobs, but not change the tables. The role that creates the
 * tables runs them, so that they also hold for tables of later versions.
 */
export function grantsFor(role: string): string {
  const to = `TO ${quoteName(role)};`
  const rights = { TABLES: 'SELECT, INSERT, UPDATE, DELETE', SEQUENCES: 'USAGE', FUNCTIONS: 'EXECUTE' }
  const lines = Object.entries(rights).flatMap(([kind, granted]) => [
    `GRANT ${granted} ON ALL ${kind} IN SCHEMA {schema} ${to}`,
    `ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT ${granted} ON ${kind} ${to}`,
  ])
  const revoke = `REVOKE INSERT, UPDATE, DELETE ON {schema}.versions FROM ${quoteName(role)};`
  return [`GRANT USAGE ON SCHEMA {schema} ${to}`, ...lines, revoke, ''].join('\n')
}
