import { execFileSync } from 'node:child_process'
import { mkdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'

/** Where the jobs' file lies. */
export interface Disk {
  readonly folder: string
  /** False where this user may mount nothing: then no disk is ever full. */
  readonly canFill: boolean
  fill(): void
  free(): void
  close(): void
}

const roomySize = '1g'

/** A disk of its own in memory, which is made full by making it no larger than what is on it. */
export function openDisk(parent: string): Disk {
  const folder = join(parent, 'disk')
  mkdirSync(folder)
  const none = (): void => undefined
  if (!mounts(['-t', 'tmpfs', '-o', `size=${roomySize}`, 'tmpfs', folder])) {
    return { folder, canFill: false, fill: none, free: none, close: none }
  }
  return {
    folder,
    canFill: true,
    fill() {
      // Others write meanwhile, and it can be made no smaller than what it holds by then: so each try leaves more room.
      for (let room = 0; room <= 2 ** 20; room += 2 ** 15) {
        const { blocks, bfree, bsize } = statfsSync(folder)
        if (mounts(['-o', `remount,size=${(blocks - bfree) * bsize + room}`, folder])) return
      }
      throw new Error('The disk could not be filled.')
    },
    free() {
      if (!mounts(['-o', `remount,size=${roomySize}`, folder])) throw new Error('The disk could not be freed.')
    },
    close() {
      // Lazily, since a process that was just killed may still hold it.
      execFileSync('umount', ['--lazy', folder], { stdio: 'ignore' })
    },
  }
}

function mounts(options: readonly string[]): boolean {
  try {
    execFileSync('mount', options, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
