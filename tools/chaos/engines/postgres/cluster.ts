import { chmodSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { execute } from '../../../check-packages/execute.ts'
import { type Disk, openDisk } from '../disk.ts'
import { connect, freePort, Server, urlOf } from './server.ts'

interface Member {
  readonly server: Server
  readonly disk: Disk
}

/** The standby confirms each commit before the client learns of it. */
const synchronous = 'synchronous_standby_names=standby'

/** A server with a standby, each on a disk of its own. The server of the moment always has the same address. */
export class Cluster {
  readonly #bin: string
  readonly #folder: string
  #primary: Member
  #standby: Member
  #port = 0
  #standbyPort = 0

  /** @param bin - the folder of PostgreSQL's programs @param folder - for all files */
  constructor(bin: string, folder: string) {
    this.#bin = bin
    this.#folder = folder
    chmodSync(folder, 0o711) // the servers run as another user
    const open = (name: string): Member => {
      const disk = openDisk(join(folder, name), '3g')
      return { disk, server: new Server(bin, disk.folder, join(folder, `${name}.log`)) }
    }
    this.#primary = open('server-1')
    this.#standby = open('server-2')
  }

  get port(): number {
    return this.#port
  }

  get canFill(): boolean {
    return this.#primary.disk.canFill
  }

  /** Creates both servers and starts them. */
  async begin(): Promise<void> {
    this.#port = await freePort()
    this.#standbyPort = await freePort()
    this.#primary.server.initialize()
    await this.#startPair()
  }

  /** Starts the server, and a copy of it as its standby. */
  async #startPair(): Promise<void> {
    await this.#standby.server.copy(this.#primary.server)
    await Promise.all([this.start(), this.#startStandby()])
  }

  async start(): Promise<void> {
    await this.#primary.server.start(this.#port, [synchronous])
  }

  async #startStandby(): Promise<void> {
    const source = `host=127.0.0.1 port=${this.#port} user=postgres application_name=standby`
    await this.#standby.server.start(this.#standbyPort, [`primary_conninfo=${source}`])
  }

  async stop(how: 'fast' | 'immediate'): Promise<void> {
    await this.#primary.server.stop(how)
  }

  pause(): void {
    this.#primary.server.signalAll('SIGSTOP')
  }

  resume(): void {
    this.#primary.server.signalAll('SIGCONT')
  }

  fillDisk(): void {
    this.#primary.disk.fill()
  }

  /** Frees the disk, and starts the server again if it could not run without space. */
  async freeDisk(): Promise<void> {
    const { disk, server } = this.#primary
    disk.free()
    for (;;) {
      try {
        if (!server.isRunning) await this.start()
        const client = await connect(this.#port)
        return await client.end()
      } catch {
        await sleep(100) // it recovers, or is about to exit
      }
    }
  }

  /** Stops the server for good. Its standby takes its place, and gets a standby of its own. */
  async promote(): Promise<void> {
    await this.#primary.server.stop('immediate')
    const client = await connect(this.#standbyPort)
    await client.query('SELECT pg_promote()')
    await client.end()
    await this.#standby.server.stop('fast')
    ;[this.#primary, this.#standby] = [this.#standby, this.#primary]
    await this.#startPair()
  }

  /** Whether the programs include those to dump and restore. */
  get canDump(): boolean {
    return existsSync(join(this.#bin, 'pg_dump'))
  }

  /** Dumps a schema to a file. */
  async dump(schema: string): Promise<void> {
    await this.#run('pg_dump', ['--format=custom', `--schema=${schema}`, `--file=${this.#dumpFile}`, urlOf(this.#port)])
  }

  /** Restores the schema from the file. */
  async restore(): Promise<void> {
    await this.#run('pg_restore', [
      '--single-transaction',
      '--exit-on-error',
      `--dbname=${urlOf(this.#port)}`,
      this.#dumpFile,
    ])
  }

  get #dumpFile(): string {
    return join(this.#folder, 'jobs.dump')
  }

  async #run(program: string, options: readonly string[]): Promise<void> {
    await execute(join(this.#bin, program), options, { cwd: this.#folder })
  }

  /** Returns the errors in the logs, each with the number of its occurrences. */
  readErrors(): ReadonlyMap<string, number> {
    const lines = [this.#primary, this.#standby].flatMap(({ server }) => server.readLog().split('\n'))
    const errors = lines.flatMap((line) => /(?:ERROR|PANIC): {2}.*/.exec(line)?.[0] ?? [])
    const counts = new Map<string, number>()
    for (const error of errors) counts.set(error, (counts.get(error) ?? 0) + 1)
    return counts
  }

  /** Stops both servers and copies the data of the first. */
  async save(): Promise<void> {
    await this.#standby.server.stop('immediate')
    await this.#primary.server.stop('fast')
    await execute('cp', ['-a', join(this.#primary.disk.folder, 'data'), this.#folder], { cwd: this.#folder })
  }

  close(): void {
    for (const { server, disk } of [this.#primary, this.#standby]) {
      server.signalAll('SIGKILL')
      disk.close()
    }
  }
}
