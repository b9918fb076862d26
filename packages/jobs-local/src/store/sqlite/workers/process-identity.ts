import { readFileSync, readlinkSync } from 'node:fs'
import { hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os'

/** The identity of a process, by which other processes recognize whether it is alive. */
interface ProcessIdentity {
  /** The scope in which process ids are unique: a machine since its last boot, and a container's namespace or the machine's address. */
  readonly scope: string
  readonly pid: number
  /** When the process began, if the platform reports it. A later process can get the same id. */
  readonly began: string | undefined
}

/** Returns the identity of this process as a string. */
export function identifyProcess(): string {
  const { pid } = process
  return JSON.stringify({ scope: scopeOf(), pid, began: readStat(pid)?.began } satisfies ProcessIdentity)
}

/**
 * Returns true if a process is known to have ended. Returns false if that is unknown; then only its lease shows it.
 *
 * @param identity - the result of `identifyProcess` in that process
 */
export function hasEnded(identity: string): boolean {
  const { scope, pid, began } = JSON.parse(identity) as ProcessIdentity
  if (scope !== scopeOf()) return false
  if (!exists(pid)) return true
  const found = readStat(pid)
  // If its state is not readable, such as for another user's process, assume that it is alive.
  if (!found) return false
  return found.isDead || (began !== undefined && began !== found.began)
}

/** Returns the host of a process, and its id there. */
export function placeOf(identity: string): { readonly host: string; readonly pid: number } {
  const { scope, pid } = JSON.parse(identity) as ProcessIdentity
  return { host: scope.split(' ')[0]!, pid }
}

/** Returns whether a process began after the machine's last boot, as far as the platform tells. */
export function isOfThisBoot(identity: string): boolean {
  const bootOf = (scope: string): string | undefined => scope.split(' ')[1]
  return bootOf((JSON.parse(identity) as ProcessIdentity).scope) === bootOf(scopeOf())
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH' // any other error, such as EPERM, means that the process exists
  }
}

function scopeOf(): string {
  const boot = tryTo(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
  const namespace = tryTo(() => readlinkSync('/proc/self/ns/pid'))
  return [hostname(), boot, namespace ?? addressOf(networkInterfaces())].join(' ')
}

/** Returns an address by which machines of one host name differ, for platforms without namespaces. */
export function addressOf(interfaces: NodeJS.Dict<readonly Pick<NetworkInterfaceInfo, 'mac'>[]>): string | undefined {
  const addresses = Object.values(interfaces).flatMap((own = []) => own.map(({ mac }) => mac))
  return addresses.filter((mac) => /[1-9a-f]/.test(mac)).toSorted()[0]
}

interface Stat {
  /** When the process began, in clock ticks since boot. */
  readonly began: string | undefined
  /** Whether the process has ended but its parent has not yet collected its exit status. */
  readonly isDead: boolean
}

/**
 * Reads the third and 22nd fields of `/proc/[pid]/stat`, see proc(5). The process name before them can contain spaces
 * and ends at the last parenthesis.
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
