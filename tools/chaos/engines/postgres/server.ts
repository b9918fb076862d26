import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import pg from 'pg'

import { execute } from '../../../check-packages/execute.ts'

/** A user that exists everywhere. PostgreSQL refuses to run as root. */
const nobody = 65_534
const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}

/** A fast stop ends transactions. An immediate one does not even write what is in memory. */
const stopSignals = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const

/** Settings of all servers. The files of the write-ahead log must suffice for a standby that comes late. */
const common = [
  ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200', 'log_line_prefix=%m [%p] '],
  ...['max_wal_size=256MB', 'wal_keep_size=512MB', 'wal_retrieve_retry_interval=100ms', 'shared_buffers=64MB'],
]

/** A PostgreSQL server whose process can be stopped and paused. */
export class Server {
  readonly #bin: string
  readonly #data: string
  readonly #log: string
  #process: ChildProcess | undefined
  #exited: Promise<unknown> = Promise.resolve()

  /** @param bin - the folder of PostgreSQL's programs @param folder - for the data @param log - the log file */
  constructor(bin: string, folder: string, log: string) {
    this.#bin = bin
    this.#data = join(folder, 'data')
    this.#log = log
  }

  get isRunning(): boolean {
    return this.#process !== undefined
  }

  /** Creates an empty cluster. */
  initialize(): void {
    this.#makeFolder()
    const options = ['-D', this.#data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync']
    execFileSync(join(this.#bin, 'initdb'), options, { ...user, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] })
  }

  /** Copies the cluster of another server, which is stopped. This one follows it once it starts. */
  async copy(other: Server): Promise<void> {
    rmSync(this.#data, { recursive: true, force: true })
    this.#makeFolder()
    await execute('cp', ['-a', `${other.#data}/.`, this.#data], { cwd: '/' })
    writeFileSync(join(this.#data, 'standby.signal'), '')
  }

  #makeFolder(): void {
    mkdirSync(this.#data, { mode: 0o700, recursive: true })
    if (user.uid !== undefined) chownSync(this.#data, user.uid, user.gid)
  }

  /** Starts the server. Resolves once it accepts connections. @param settings - such as `port=5432` */
  async start(port: number, settings: readonly string[] = []): Promise<void> {
    const flags = [...common, `port=${port}`, ...settings].flatMap((setting) => ['-c', setting])
    const log = openSync(this.#log, 'a')
    const started = spawn(join(this.#bin, 'postgres'), ['-D', this.#data, ...flags], {
      ...user,
      cwd: '/',
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    this.#process = started
    this.#exited = new Promise((resolve) => {
      started.once('close', () => {
        this.#process = undefined
        resolve(undefined)
      })
    })
    while (this.isRunning && !(await answers(port))) await sleep(20)
    if (!this.isRunning) throw new Error(`The PostgreSQL server does not run:\n${this.readLog().slice(-2000)}`)
  }

  async stop(how: keyof typeof stopSignals): Promise<void> {
    this.#process?.kill(stopSignals[how])
    await this.#exited
  }

  /** Sends a signal to all processes of the server. */
  signalAll(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    const pid = this.#process?.pid
    if (pid === undefined) return
    process.kill(pid, signal) // first the one that starts the others
    for (const child of childrenOf(pid)) {
      try {
        process.kill(child, signal)
      } catch {
        // it has ended
      }
    }
  }

  readLog(): string {
    return existsSync(this.#log) ? readFileSync(this.#log, 'utf8') : ''
  }
}

function childrenOf(pid: number): number[] {
  try {
    return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number)
  } catch {
    return []
  }
}

/** Returns a TCP port that nobody listens on. That of the test kit comes with handlers of signals, which workers must not have. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Opens a connection of the conductor, which its own faults do not end. */
export async function connect(port: number): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: urlOf(port), application_name: 'conductor' })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** Returns the URL of the database on a port. */
export function urlOf(port: number): string {
  return `postgres://postgres@127.0.0.1:${port}/postgres`
}

async function answers(port: number): Promise<boolean> {
  try {
    const client = await connect(port)
    await client.end()
    return true
  } catch {
    return false
  }
}
