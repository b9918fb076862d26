import { startEmbeddedServer } from '@cgk-platform/test-kit/embedded-postgres'
import { Pool } from 'pg'

import { NotRunError } from '../report/not-run-error.ts'

/** The server of a part of the bench. */
export interface BenchServer {
  /** The version, and the settings that are not PostgreSQL's defaults. */
  describe(): Promise<string>
  /** Creates a database. Returns its URL. */
  createDatabase(): Promise<string>
  /** Counts the statements in a database, without `SET`, which travels with `BEGIN`. @throws {NotRunError} if the server does not count them. */
  countStatements(url: string): Promise<number>
  /** Drops all databases, and stops the server if the bench has started it. */
  stop(): Promise<void>
}

/** Counts statements, for all contenders. */
const flags = ['-c', 'shared_preload_libraries=pg_stat_statements']

/** Starts an embedded PostgreSQL, or uses the server in `JOBS_TEST_POSTGRES`. */
export async function openBenchServer(): Promise<BenchServer> {
  const given = process.env['JOBS_TEST_POSTGRES']
  const server = given ? { url: given, stop: async () => undefined } : await startEmbeddedServer(flags)
  const pool = new Pool({ connectionString: server.url, max: 1 })
  pool.on('error', () => undefined) // the server can stop while the connection is being closed
  const names: string[] = []
  return {
    async describe() {
      const { rows } = await pool.query<{ version: string; settings: string }>(
        `SELECT current_setting('server_version') AS version, (SELECT string_agg(name || ' = ' || setting, ', ' ORDER BY name)
          FROM pg_settings WHERE source NOT IN ('default', 'override', 'client') AND category !~ '(Locale|Connection|Reporting|File)') AS settings`,
      )
      return `PostgreSQL ${rows[0]!.version}, ${rows[0]!.settings}`
    },
    async createDatabase() {
      const name = `bench_${process.pid}_${names.length}`
      names.push(name)
      await pool.query(`CREATE DATABASE ${name}`)
      const url = new URL(server.url)
      url.pathname = name
      return url.href
    },
    async countStatements(url) {
      const sql =
        "SELECT sum(calls) AS calls FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE datname = $1 AND query NOT LIKE 'SET %'"
      try {
        await pool.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
        const { rows } = await pool.query<{ calls: string }>(sql, [new URL(url).pathname.slice(1)])
        return Number(rows[0]!.calls)
      } catch (error) {
        throw new NotRunError((error as Error).message)
      }
    },
    async stop() {
      for (const name of names) await pool.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      await pool.end()
      await server.stop()
    },
  }
}
