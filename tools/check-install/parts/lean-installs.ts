import { cpSync, readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

import { consumers, runProgram } from '../consumers.ts'
import { installAlone } from '../install.ts'
import type { Finding } from '../row.ts'
import type { InstallChecks } from '../install-checks.ts'

const maxBytes = 6 * 2 ** 20 // luxon, which `cron-parser` brings, has 4.5 MB
const facadeLimits = { packages: 12, bytes: 15 * 2 ** 20 }
const sdks = { inngest: 'inngest', trigger: '@trigger.dev/sdk' } as const

/**
 * Checks that a lean package adds at most 6 MB to an app with its vendor's SDK,
 * and that those of the engines of this library install no SDK.
 */
export async function checkLeanInstalls(checks: InstallChecks): Promise<void> {
  await checkFacadeInstall(checks)
  for (const [name, sdk] of Object.entries(sdks) as [keyof typeof sdks, string][]) {
    const { installs, dependencies } = consumers[name]
    await checks.check('lean installs', `${installs} into an app with ${sdk}`, async (): Promise<Finding> => {
      const sdkDependency = { [sdk]: dependencies[sdk]! }
      const cwd = join(checks.folder, `${name}-lean`)
      const alone = await sizesAlone(checks, cwd, sdkDependency)
      const lean = await sizesAlone(checks, cwd, {
        ...sdkDependency,
        [installs]: checks.registry.versionOf(installs),
      })
      const additions = [...lean].map(([path, bytes]) => ({ path, added: bytes - (alone.get(path) ?? 0) }))
      const largest = additions.toSorted((a, b) => b.added - a.added).slice(0, 3)
      const bytes = totalOf(lean) - totalOf(alone)
      const parts = largest.map(({ path, added }) => `${path} ${inMegabytes(added)}`).join(', ')
      // The program must also run with the dependencies that the app already had, such as an older zod.
      const app = await checks.app(name, 'npm')
      cpSync(join(app.cwd, 'compiled'), join(cwd, 'compiled'), { recursive: true })
      await runProgram(name, process.execPath, app.cwd, { program: join(cwd, 'compiled/program.js') })
      const detail = `adds ${inMegabytes(bytes)} (${parts}), runs jobs`
      return { verdict: bytes <= maxBytes ? 'passed' : 'failed', detail }
    })
  }
  for (const name of ['local', 'postgres'] as const) {
    const { installs } = consumers[name]
    await checks.check('lean installs', installs, async (): Promise<Finding> => {
      const cwd = join(checks.folder, `${name}-lean`)
      const lean = await sizesAlone(checks, cwd, { [installs]: checks.registry.versionOf(installs) })
      const vendors = [...lean.keys()].filter((path) => /inngest|trigger/.test(path))
      if (vendors.length > 0)
        throw new Error(`The package must not install a vendor's SDK. Installed: ${vendors.join(', ')}.`)
      return { detail: `no vendor SDK, ${lean.size} packages, ${inMegabytes(totalOf(lean))}` }
    })
  }
}

/** Checks the number and size of the packages of the facade. */
async function checkFacadeInstall(checks: InstallChecks): Promise<void> {
  const { installs } = consumers.facade
  const { packages, bytes } = facadeLimits
  await checks.check(
    'lean installs',
    `${installs}, at most ${packages} packages and ${inMegabytes(bytes)}`,
    async () => {
      const found = await sizesAlone(checks, join(checks.folder, 'facade-lean'), {
        [installs]: checks.registry.versionOf(installs),
      })
      const largest = [...found].toSorted(([, a], [, b]) => b - a).slice(0, 3)
      const shown = largest.map(([path, size]) => `${path} ${inMegabytes(size)}`).join(', ')
      const isSmall = found.size <= packages && totalOf(found) <= bytes
      return {
        verdict: isSmall ? 'passed' : 'failed',
        detail: `${found.size} packages, ${inMegabytes(totalOf(found))} (${shown})`,
      }
    },
  )
}

/** Installs only these dependencies. Returns the size of each package in bytes. */
async function sizesAlone(checks: InstallChecks, cwd: string, dependencies: object): Promise<Map<string, number>> {
  await installAlone(dependencies, cwd, checks.registry)
  return bytesByPackage(join(cwd, 'node_modules'))
}

/** Returns the size in bytes of each package in a `node_modules` folder. Nested packages are listed by their path. */
function bytesByPackage(modules: string): Map<string, number> {
  const sizes = new Map<string, number>()
  for (const entry of readdirSync(modules, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const inPackage = /^(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+(?=\/)/.exec(relative(modules, path))
    if (!entry.isFile() || inPackage === null) continue
    const name = inPackage[0].replaceAll('/node_modules/', ' > ')
    sizes.set(name, (sizes.get(name) ?? 0) + statSync(path).size)
  }
  return sizes
}

function totalOf(sizes: ReadonlyMap<string, number>): number {
  let bytes = 0
  for (const each of sizes.values()) bytes += each
  return bytes
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(2)} MB`
}
