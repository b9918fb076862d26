import type { EngineName } from './engines/engine-name.ts'
import type { InjectedBug } from './injected-bug.ts'

/** Settings of a sender or worker process. */
export interface ChildSettings {
  /** The slot and the number of the process in it: `w1.3`. */
  readonly name: string
  readonly role: 'send' | 'work'
  readonly engine: EngineName
  /** The path or URL of the store. */
  readonly address: string
  /** The path or URL of the store for the app itself. */
  readonly appAddress: string
  /** The folder of the ledgers. */
  readonly folder: string
  readonly seed: string
  readonly bug: InjectedBug | undefined
  /** How far the wall clock of this process is ahead, in milliseconds. */
  readonly clockAheadMs: number
}

/** Reads the settings that this process was started with. */
export function readChildSettings(): ChildSettings {
  return JSON.parse(process.argv[2]!) as ChildSettings
}

/** Reports to the parent process that the store is open, and closes the channel to it. */
export function reportUp(): void {
  process.send?.('up', () => process.disconnect())
}
