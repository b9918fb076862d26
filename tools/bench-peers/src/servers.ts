import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, globSync, mkdirSync, chownSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:net'

/** A server that was started for the bench. */
export interface Server {
  stop(): Promise<void>
}

/** A server is not installed. The message is shown in the table. */
export class ServerMissingError extends Error {}

/** Starts Redis on a socket: without persistence, or with every write synced before its response. */
export async function startRedis(socket: string, folder: string, durable: boolean): Promise<Server> {
  const program = find(['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/usr/bin/valkey-server'], 'Redis')
  mkdirSync(folder, { recursive: true })
  const persistence = durable ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no']
  const where = ['--port', '0', '--unixsocket', socket, '--dir', folder]
  return start(program, [...where, '--save', '', '--maxmemory-policy', 'noeviction', ...persistence], socket)
}

/** Starts PostgreSQL on a socket in the folder, with its defaults, which sync every commit. */
export async function startPostgres(folder: string): Promise<Server> {
  const program = find(globSync('/usr/lib/postgresql/*/bin/postgres').toSorted().toReversed(), 'PostgreSQL')
  const owner = process.getuid?.() === 0 ? unprivilegedUser() : undefined // PostgreSQL refuses to run as root
  mkdirSync(folder, { recursive: true })
  if (owner) chownSync(folder, owner.uid, owner.gid)
  const data = join(folder, 'data')
  const initdb = join(program, '..', 'initdb')
  execFileSync(initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'], {
    ...owner,
    cwd: folder,
    stdio: 'pipe',
  })
  const where = ['-D', data, '-k', folder, '-c', 'listen_addresses=']
  return start(program, where, join(folder, '.s.PGSQL.5432'), owner, folder)
}

interface Owner {
  readonly uid: number
  readonly gid: number
}

function unprivilegedUser(): Owner {
  const numberOf = (flag: string, name: string): number =>
    Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }))
  try {
    return { uid: numberOf('-u', 'postgres'), gid: numberOf('-g', 'postgres') }
  } catch {
    return { uid: numberOf('-u', 'nobody'), gid: numberOf('-g', 'nobody') }
  }
}

function find(candidates: readonly string[], name: string): string {
  const found = candidates.find((path) => existsSync(path))
  if (found === undefined) throw new ServerMissingError(`${name} is not installed`)
  return found
}

async function start(
  program: string,
  args: readonly string[],
  socket: string,
  owner?: Owner,
  cwd?: string,
): Promise<Server> {
  const child = spawn(program, args, { ...owner, ...(cwd !== undefined && { cwd }), stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (printed += String(part)))
  try {
    await untilListening(child, socket)
  } catch (cause) {
    child.kill('SIGKILL')
    throw new Error(`Could not start \`${program}\`: ${printed.slice(-500)}`, { cause })
  }
  return {
    async stop() {
      if (child.exitCode !== null) return
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGINT') // PostgreSQL then disconnects its clients; Redis also exits
      await exited
    },
  }
}

const startTimeoutMs = 15_000

async function untilListening(child: ChildProcess, socket: string): Promise<void> {
  const deadline = performance.now() + startTimeoutMs
  while (performance.now() < deadline && child.exitCode === null) {
    if (await acceptsConnections(socket)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`It did not listen on \`${socket}\` within ${startTimeoutMs / 1000} s`)
}

function acceptsConnections(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect({ path })
    connection.once('connect', () => resolve(true)).once('error', () => resolve(false))
    connection.once('connect', () => connection.destroy())
  })
}
