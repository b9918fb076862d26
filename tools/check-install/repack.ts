import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { execute } from '../check-packages/execute.ts'
import type { Tarball } from '../check-packages/tarballs.ts'

/** Repacks the packages with another version, as another release would. Their dependencies on each other match it. */
export async function repack(
  tarballs: readonly Tarball[],
  folder: string,
  version: string,
  change: (source: string) => string = (source) => source,
): Promise<Tarball[]> {
  const packed: Tarball[] = []
  for (const { name, path } of tarballs) {
    const cwd = join(folder, `${name.split('/')[1]}-${version}`)
    mkdirSync(cwd, { recursive: true })
    await execute('tar', ['-xzf', path], { cwd })
    const manifestPath = join(cwd, 'package/package.json')
    const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as Manifest
    const withVersion = (ranges: Ranges = {}): Ranges => {
      const own = Object.keys(ranges).filter((dependency) => tarballs.some((one) => one.name === dependency))
      return { ...ranges, ...Object.fromEntries(own.map((dependency) => [dependency, version])) }
    }
    const { dependencies, peerDependencies } = manifest
    const changed = {
      ...manifest,
      version,
      dependencies: withVersion(dependencies),
      peerDependencies: withVersion(peerDependencies),
    }
    writeFileSync(manifestPath, JSON.stringify(changed))
    for (const file of readdirSync(join(cwd, 'package/dist'), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.js')) continue
      const source = join(cwd, 'package/dist', file)
      writeFileSync(source, change(readFileSync(source, 'utf8')))
    }
    const repacked = `${cwd}.tgz`
    await execute('tar', ['-czf', repacked, 'package'], { cwd })
    packed.push({ name, path: repacked })
  }
  return packed
}

type Ranges = Readonly<Record<string, string>>

interface Manifest {
  readonly dependencies?: Ranges
  readonly peerDependencies?: Ranges
}
