import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A disk of a few megabytes. */
export interface SmallDisk {
  readonly folder: string
  remove(): void
}

/** Mounts a small disk. If that is not possible, returns the reason, for the test to report. */
export function mountSmallDisk(size: string): SmallDisk | string {
  if (process.platform !== 'linux') return 'this test mounts a small disk, which requires Linux'
  const folder = mkdtempSync(join(tmpdir(), 'jobs-disk-'))
  const { status, stderr, error } = spawnSync('/bin/mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder])
  if (status !== 0) {
    rmdirSync(folder)
    return `a small disk could not be mounted: ${error?.message ?? String(stderr).trim()}`
  }
  return {
    folder,
    remove() {
      spawnSync('/bin/umount', ['-l', folder])
      rmdirSync(folder)
    },
  }
}
