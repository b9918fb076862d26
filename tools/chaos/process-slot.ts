import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { useBuild } from './builds/install-build.ts'
import type { ChildSettings } from './child-settings.ts'
import { readLedger } from './ledger.ts'
import { nowMs, type Note } from './ledger-entry.ts'

/** Options of a process slot. */
export interface SlotOptions {
  readonly slot: string
  readonly settings: Omit<ChildSettings, 'name' | 'role'>
  readonly note: (note: Note) => void
  /** The build that each process uses. Default: the sources. */
  readonly buildOf?: BuildOf | undefined
}

/**
 * Returns the folder of the app whose installed packages a process uses; `undefined` for the sources.
 *
 * @param slot - the process slot, such as `w1`
 * @param started - number of the process in its slot, from 1
 */
export type BuildOf = (slot: string, started: number) => string | undefined

/** Starts processes one after another. Each has its own name: `w1.1`, `w1.2`. */
export class ProcessSlot {
  readonly #options: SlotOptions
  #started = 0
  #child: ChildProcess | undefined
  #exited: Promise<void> = Promise.resolve()
  #pausedSince: number | undefined
  #mayEnd = false
  #isDying = false
  #up: Promise<void> = Promise.resolve()

  constructor(parts: SlotOptions) {
    this.#options = parts
  }

  get #name(): string {
    return `${this.#options.slot}.${this.#started}`
  }

  /** Resolves when the current process is up or has exited. */
  get up(): Promise<void> {
    return this.#up
  }

  /** Starts the next process after the previous one has exited. */
  async start(): Promise<void> {
    if (this.#child && !this.#isDying) return
    await this.#exited
    if (this.#child) return
    const { slot, settings, buildOf } = this.#options
    this.#started++
    const build = buildOf?.(slot, this.#started)
    const role = slot.startsWith('w') ? 'work' : 'send'
    const file = join(import.meta.dirname, role === 'work' ? 'worker-process.ts' : 'sender-process.ts')
    const childSettings = JSON.stringify({ ...settings, name: this.#name, role } satisfies ChildSettings)
    const log = openSync(this.#log, 'a')
    const { flags, env } = useBuild(build)
    const child = spawn(process.execPath, [...flags, file, childSettings], {
      stdio: ['ignore', log, log, 'ipc'],
      env: { ...process.env, ...env },
    })
    closeSync(log)
    this.#child = child
    this.#up = new Promise((resolve) => child.once('message', () => resolve()).once('close', () => resolve()))
    this.#mayEnd = false
    this.#isDying = false
    this.#exited = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#child = undefined
        // SIGTERM kills a process that is still starting.
        const isExpected = code === 0 || signal === 'SIGKILL' || signal === 'SIGTERM'
        const isPoisoned = this.#wasPoisoned()
        if ((!this.#mayEnd || !isExpected) && !isPoisoned) this.#noteExit(signal ?? `code ${code}`)
        resolve()
        if (!isPoisoned || this.#mayEnd) return
        this.#pausedSince = undefined
        void this.start()
      })
    })
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (!child || this.#isDying) return this.#exited
    this.#mayEnd = true
    this.#isDying = true
    const [process, since] = [this.#name, nowMs()]
    child.kill('SIGKILL')
    await this.#exited
    this.#notePause(process)
    this.#options.note({ type: 'killed', process, since })
  }

  pause(): void {
    if (!this.#child || this.#pausedSince !== undefined) return
    this.#pausedSince = nowMs()
    this.#child.kill('SIGSTOP')
  }

  resume(): void {
    this.#child?.kill('SIGCONT')
    this.#notePause(this.#name)
  }

  /** Shuts the process down with SIGTERM, and kills it after `limitMs`. Returns whether it exited in time. */
  async end(limitMs: number): Promise<boolean> {
    this.#mayEnd = true
    this.resume()
    this.#child?.kill('SIGTERM')
    const limit = AbortSignal.timeout(limitMs)
    const late = new Promise<false>((resolve) => limit.addEventListener('abort', () => resolve(false)))
    const inTime = await Promise.race([this.#exited.then(() => true), late])
    if (!inTime) this.#noteExit(`did not exit within ${limitMs} ms of SIGTERM`)
    if (!inTime) await this.kill()
    return inTime
  }

  /** Kills the process without an entry in the ledger. For the exit of the chaos process itself. */
  killNow(): void {
    this.#mayEnd = true
    this.#child?.kill('SIGKILL')
  }

  /** Returns whether a poison job ended the current process. */
  #wasPoisoned(): boolean {
    const { folder } = this.#options.settings
    return readLedger(folder, this.#name).some(({ type }) => type === 'dying')
  }

  #notePause(process: string): void {
    const since = this.#pausedSince
    this.#pausedSince = undefined
    if (since !== undefined) this.#options.note({ type: 'paused', process, since })
  }

  #noteExit(how: string): void {
    const message = `${how} ${readFileSync(this.#log, 'utf8').trim().slice(-2000)}`
    this.#options.note({ type: 'exited', process: this.#name, message })
  }

  get #log(): string {
    return join(this.#options.settings.folder, `${this.#name}.log`)
  }
}
