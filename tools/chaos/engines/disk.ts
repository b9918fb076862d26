import { execFileSync } from 'node:child_process'
import { mkdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'

/** A disk that can be filled. */
export interface Disk {
  readonly folder: string
  /** False if this user cannot mount a disk. Then `fill` and `free` do nothing. */
  readonly canFill: boolean
  fill(): void
  free(): void
  close(): void
}

/** Mounts a disk in memory. `fill` shrinks it to the size of its content. @param size - such as `1g` */
export function openDisk(parent: string, size: string): Disk {
  const folder = join(parent, 'disk')
  mkdirSync(folder, { recursive: true })
  const doNothing = (): void => undefined
  if (!mounts(['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder])) {
    return { folder, canFill: false, fill: doNothing, free: doNothing, close: doNothing }
  }
  return {
    folder,
    canFill: true,
    fill() {
      // Other processes keep writing, and the disk cannot be smaller than its content. So each try leaves more room.
      for (let room = 0; room <= 2 ** 20; room += 2 ** 15) {
        const { blocks, bfree, bsize } = statfsSync(folder)
        if (mounts(['-o', `remount,size=${(blocks - bfree) * bsize + room}`, folder])) return
      }
      throw new Error(`Could not fill the disk at \`${folder}\`.`)
    },
    free() {
      if (!mounts(['-o', `remount,size=${size}`, folder]))
        throw new Error(`Could not free space on the disk at \`${folder}\`.`)
    },
    close() {
      // `--lazy`, because a process that was just killed may still use the disk.
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
