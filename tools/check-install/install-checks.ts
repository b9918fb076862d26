import { join } from 'node:path'

import type { Node } from '../check-packages/nodes.ts'
import type { Tarball } from '../check-packages/tarballs.ts'
import { consumers, type ConsumerName } from './consumers.ts'
import { installWith, type Installed, type Manager } from './install.ts'
import type { PackageRegistry } from './registry.ts'
import type { Finding, Row } from './row.ts'

/** The checks of a run: their folder, registry, results and installed apps. */
export interface InstallChecks {
  readonly folder: string
  readonly registry: PackageRegistry
  readonly tarballs: readonly Tarball[]
  readonly nodes: readonly Node[]
  readonly rows: readonly Row[]
  /** Runs a check and stores its row. A failure does not stop the other checks. */
  check(part: string, what: string, work: () => Promise<Finding | undefined | void>): Promise<void>
  /** Returns an app, which all parts share. Installs and compiles it on first use. */
  app(name: ConsumerName, manager: Manager): Promise<Installed>
}

/** Creates checks without rows. */
export function createInstallChecks(
  setting: Pick<InstallChecks, 'folder' | 'registry' | 'tarballs' | 'nodes'>,
): InstallChecks {
  const rows: Row[] = []
  const apps = new Map<string, Promise<Installed>>()

  return {
    ...setting,
    rows,
    async check(part, what, work) {
      const startedAt = performance.now()
      const finding = await work().catch((error: Error): Finding => ({ verdict: 'failed', detail: error.message }))
      const { verdict = 'passed', detail = '' } = finding ?? {}
      // A failure is printed immediately and completely. The table contains only its first line.
      rows.push({ part, what, verdict, detail: detail.split('\n')[0]! })
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)
      console.log(
        `${verdict.padEnd(12)} ${seconds} s  ${part}: ${what}${detail && verdict !== 'failed' ? ` (${detail})` : ''}`,
      )
      if (verdict === 'failed') console.error(detail)
    },
    app(name, manager) {
      const key = `${name} ${manager}`
      const known = apps.get(key) ?? installApp(name, manager)
      apps.set(key, known)
      return known
    },
  }

  async function installApp(name: ConsumerName, manager: Manager): Promise<Installed> {
    const cwd = join(setting.folder, `${name}-by-${manager}`.replace(/\W+/g, '-'))
    const app = await installWith(manager, consumers[name], cwd, setting.registry)
    await app.compile('nodenext')
    return app
  }
}
