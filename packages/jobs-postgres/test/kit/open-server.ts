import { type PostgresServer, startEmbeddedServer } from '@cgk-platform/test-kit/embedded-postgres'

/** The environment variable with the URL of the server that the tests of a run use. */
export const serverVariable = 'JOBS_TEST_POSTGRES'

/** Returns that server. Where there is none, such as without Vitest, starts one. */
export async function openServer(): Promise<PostgresServer> {
  const url = process.env[serverVariable]
  return url ? { url, stop: async () => undefined } : startEmbeddedServer()
}
