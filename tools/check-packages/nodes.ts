import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { execute } from './execute.ts'

/**
 * The versions of Node that the packages are tested on: the oldest supported one, the oldest with files of the local
 * engine, and one per major version.
 */
const versions = ['20.19.0', '20.20.2', '22.13.0', '22.23.3', '24.21.0', '26.10.0']

/** An installed version of Node. */
export interface Node {
  version: string
  program: string
}

/**
 * Returns the supported versions of Node, and installs missing ones. On platforms other than Linux, only the current
 * one.
 */
export async function findNodes(cache: string): Promise<Node[]> {
  const platform = `${process.platform}-${process.arch}`
  if (platform !== 'linux-x64' && platform !== 'linux-arm64') {
    console.log(`On ${platform}, the packages are tested only on the current version of Node.`)
    return [{ version: process.versions.node, program: process.execPath }]
  }
  const nodes: Node[] = []
  for (const version of versions) {
    const folder = join(cache, `node-${version}`)
    const program = join(folder, `node_modules/node-${platform}/bin/node`)
    if (!existsSync(program)) {
      mkdirSync(folder, { recursive: true })
      const options = ['--prefix=.', '--no-save', '--no-package-lock', '--no-audit', '--no-fund']
      await execute('npm', ['install', ...options, `node-${platform}@${version}`], { cwd: folder })
    }
    nodes.push({ version, program })
  }
  return nodes
}
