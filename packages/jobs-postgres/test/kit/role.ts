import { createPostgresProvider } from '../../src/index.ts'
import type { TestDatabase } from './open-database.ts'

/** A role of the server that owns nothing, and has the grants of this package. */
export interface TestRole extends AsyncDisposable {
  readonly name: string
  /** The URL of the server for it. */
  readonly url: string
}

/** Creates a role, and lets it use the tables. Its name needs quotes. */
export async function createRole({ pool, schema, url }: TestDatabase): Promise<TestRole> {
  const name = `Role of ${schema}`
  // Some servers let nobody call functions who was not named.
  await pool.query(`REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA "${schema}" FROM PUBLIC`)
  await pool.query(`CREATE ROLE "${name}" LOGIN PASSWORD 'password'`)
  const owner = createPostgresProvider({ connectionString: url, schema })
  await pool.query(owner.migrationSql!({ grantTo: name }))
  const place = new URL(url)
  place.username = encodeURIComponent(name)
  place.password = 'password'
  return {
    name,
    url: place.href,
    [Symbol.asyncDispose]: async () => void (await pool.query(`DROP OWNED BY "${name}"; DROP ROLE "${name}"`)),
  }
}
