import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Which process something was written by, for others to see whether it still lives. */
interface ProcessIdentity {
  /** Where process ids mean the same: the machine since it was started, and the namespace of a container. */
  readonly scope: string
  readonly pid: number
  /** When it began, where the platform tells; a later process may be given the same id. */
  readonly began: string | undefined
}

/** This process, as text. */
export function identifyProcess(): string {
  const { pid } = process
  return JSON.stringify({ scope: scopeOf(), pid, began: readStat(pid)?.began } satisfies ProcessIdentity)
}

/**
 * True where a process is known to have ended. False also where that cannot be told: then only its lease says so.
 *
 * @param identity - what `identifyProcess` answered there
 */
export function hasEnded(identity: string): boolean {
  const { scope, pid, began } = JSON.parse(identity) as ProcessIdentity
  if (scope !== scopeOf()) return false
  if (!exists(pid)) return true
  const found = readStat(pid)
  // Where it may not be looked at, another user's perhaps, it lives as far as can be told.
  if (!found) return false
  return found.isDead || (began !== undefined && began !== found.began)
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH' // somebody else's process may not be asked
  }
}

function scopeOf(): string {
  const boot = tryTo(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
  const namespace = tryTo(() => readlinkSync('/proc/self/ns/pid'))
  return [hostname(), boot, namespace].join(' ')
}

interface Stat {
  /** When it began, in ticks since the machine was started. */
  readonly began: string | undefined
  /** True once it has ended, though nobody has asked what came of it. */
  readonly isDead: boolean
}

/**
 * `/proc/[pid]/stat` as proc(5) tells it: the third field and the 22nd. The name before them may have spaces, and ends with
 * the last parenthesis.
 */
function readStat(pid: number): Stat | undefined {
  const stat = tryTo(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  if (stat === undefined) return undefined
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { began: fields[19], isDead: fields[0] === 'Z' || fields[0] === 'X' }
}

function tryTo<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
