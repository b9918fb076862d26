import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { execute } from '../check-packages/execute.ts'
import type { Tarball } from '../check-packages/tarballs.ts'

/** Builds all packages. Packs those that the registry does not have in this version, for `changeset publish`. */
export async function packRelease(repository: string, folder: string): Promise<Tarball[]> {
  await execute('turbo', ['run', 'build', '--filter=./packages/*'], { cwd: repository })
  await execute('changeset', ['pack', '--out-dir', folder], { cwd: repository })
  const packed = join(folder, 'packages')
  if (!existsSync(packed)) return []
  return readdirSync(packed).map((file) => ({
    name: file.replace(/^cgk-platform-/, '@cgk-platform/').replace(/-\d+\.\d+\.\d+.*\.tgz$/, ''),
    path: join(packed, file),
  }))
}

/** Renders a line about a tarball: its name, its size in KiB, and its hash as npm shows it. */
export function describeTarball({ name, path }: Tarball): string {
  const kibibytes = (statSync(path).size / 1024).toFixed(0)
  const hash = createHash('sha512')
    .update(new Uint8Array(readFileSync(path)))
    .digest('base64')
  return `${name.padEnd(28)} ${kibibytes.padStart(4)} KiB  sha512-${hash.slice(0, 24)}…`
}
