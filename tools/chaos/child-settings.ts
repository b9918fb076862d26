import type { Plant } from './plant.ts'

/** What a process is told that sends or works. */
export interface ChildSettings {
  /** Its slot and which process in it this is: `w1.3`. */
  readonly name: string
  readonly role: 'send' | 'work'
  /** The jobs' file. */
  readonly path: string
  /** The folder of the ledgers. */
  readonly folder: string
  readonly seed: string
  readonly plant: Plant | undefined
}

/** The settings that this process was started with. */
export function readChildSettings(): ChildSettings {
  return JSON.parse(process.argv[2]!) as ChildSettings
}

/** Tells the conductor that this process has opened the file; that was all they have to say to each other. */
export function tellUp(): void {
  process.send?.('up', () => process.disconnect())
}
