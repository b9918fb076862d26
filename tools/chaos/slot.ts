import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { ChildSettings } from './child-settings.ts'
import { nowMs, type Note } from './line.ts'

/** What a slot starts its processes with. */
export interface SlotParts {
  readonly slot: string
  readonly settings: Omit<ChildSettings, 'name' | 'role'>
  readonly note: (note: Note) => void
}

/** A place for one process after another, each with a name of its own: `w1.1`, `w1.2`. */
export class Slot {
  readonly #parts: SlotParts
  #started = 0
  #child: ChildProcess | undefined
  #exited: Promise<void> = Promise.resolve()
  #pausedSince: number | undefined
  #mayEnd = false
  #isDying = false
  #up: Promise<void> = Promise.resolve()

  constructor(parts: SlotParts) {
    this.#parts = parts
  }

  get #name(): string {
    return `${this.#parts.slot}.${this.#started}`
  }

  /** Resolves when the process is up that was started last, or has died before. */
  get up(): Promise<void> {
    return this.#up
  }

  /** Starts the next process once the one before has ended. */
  async start(): Promise<void> {
    if (this.#child && !this.#isDying) return
    await this.#exited
    if (this.#child) return
    const { slot, settings } = this.#parts
    this.#started++
    const role = slot.startsWith('w') ? 'work' : 'send'
    const file = join(import.meta.dirname, role === 'work' ? 'worker.ts' : 'sender.ts')
    const told = JSON.stringify({ ...settings, name: this.#name, role } satisfies ChildSettings)
    const log = openSync(this.#log, 'a')
    const flags = ['--conditions=@cgk-platform/source', '--no-warnings']
    const child = spawn(process.execPath, [...flags, file, told], { stdio: ['ignore', log, log, 'ipc'] })
    closeSync(log)
    this.#child = child
    this.#up = new Promise((resolve) => child.once('message', () => resolve()).once('close', () => resolve()))
    this.#mayEnd = false
    this.#isDying = false
    this.#exited = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#child = undefined
        // One that is still starting dies of the request to end.
        const isAsked = code === 0 || signal === 'SIGKILL' || signal === 'SIGTERM'
        if (!this.#mayEnd || !isAsked) this.#tellExit(signal ?? `code ${code}`)
        resolve()
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
    this.#parts.note({ what: 'killed', process, since })
  }

  pause(): void {
    if (!this.#child || this.#pausedSince !== undefined) return
    this.#pausedSince = nowMs()
    this.#child.kill('SIGSTOP')
  }

  goOn(): void {
    this.#child?.kill('SIGCONT')
    this.#notePause(this.#name)
  }

  /** Asks the process to end, and waits for that; answers whether it did in time. */
  async end(limitMs: number): Promise<boolean> {
    this.#mayEnd = true
    this.goOn()
    this.#child?.kill('SIGTERM')
    const limit = AbortSignal.timeout(limitMs)
    const late = new Promise<false>((resolve) => limit.addEventListener('abort', () => resolve(false)))
    const inTime = await Promise.race([this.#exited.then(() => true), late])
    if (!inTime) this.#tellExit('did not end when it was asked to')
    if (!inTime) await this.kill()
    return inTime
  }

  /** For the end of the conductor itself: nothing is written down. */
  killAtOnce(): void {
    this.#mayEnd = true
    this.#child?.kill('SIGKILL')
  }

  #notePause(process: string): void {
    const since = this.#pausedSince
    this.#pausedSince = undefined
    if (since !== undefined) this.#parts.note({ what: 'paused', process, since })
  }

  #tellExit(how: string): void {
    const says = `${how} ${readFileSync(this.#log, 'utf8').trim().slice(-2000)}`
    this.#parts.note({ what: 'exited', process: this.#name, says })
  }

  get #log(): string {
    return join(this.#parts.settings.folder, `${this.#name}.log`)
  }
}
