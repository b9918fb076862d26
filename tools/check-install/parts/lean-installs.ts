import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { consumers, runProgram } from '../consumers.ts'
import { installIn } from '../install.ts'
import type { Finding } from '../row.ts'
import type { Trial } from '../trial.ts'

const mostBytes = 6 * 2 ** 20 // luxon, which `cron-parser` brings, has 4.5 MB
const mostOfFacade = { packages: 12, bytes: 15 * 2 ** 20 }
const sdks = { inngest: 'inngest', trigger: '@trigger.dev/sdk' } as const

/** A lean package adds at most 6 MB to an app that has its vendor's SDK, and the local one brings no vendor. */
export async function checkLeanInstalls(trial: Trial): Promise<void> {
  await checkFacadeInstall(trial)
  for (const [name, sdk] of Object.entries(sdks) as [keyof typeof sdks, string][]) {
    const { installs, dependencies } = consumers[name]
    await trial.check('lean installs', `${installs} into an app with ${sdk}`, async (): Promise<Finding> => {
      const wanted = { [sdk]: dependencies[sdk]! }
      const cwd = join(trial.folder, `${name}-lean`)
      const alone = await installAlone(trial, cwd, wanted)
      const lean = await installAlone(trial, cwd, { ...wanted, [installs]: trial.registry.versionOf(installs) })
      const more = [...lean].map(([path, bytes]) => ({ path, added: bytes - (alone.get(path) ?? 0) }))
      const most = more.toSorted((a, b) => b.added - a.added).slice(0, 3)
      const bytes = totalOf(lean) - totalOf(alone)
      const parts = most.map(({ path, added }) => `${path} ${inMegabytes(added)}`).join(', ')
      // On what the app had, such as an older zod, it works all the same.
      const app = await trial.app(name, 'npm')
      cpSync(join(app.cwd, 'compiled'), join(cwd, 'compiled'), { recursive: true })
      await runProgram(name, process.execPath, app.cwd, { program: join(cwd, 'compiled/program.js') })
      const detail = `adds ${inMegabytes(bytes)} (${parts}), runs jobs`
      return { verdict: bytes <= mostBytes ? 'passed' : 'failed', detail }
    })
  }
  await trial.check('lean installs', consumers.local.installs, async (): Promise<Finding> => {
    const { installs } = consumers.local
    const cwd = join(trial.folder, 'local-lean')
    const lean = await installAlone(trial, cwd, { [installs]: trial.registry.versionOf(installs) })
    const vendors = [...lean.keys()].filter((path) => /inngest|trigger/.test(path))
    if (vendors.length > 0) throw new Error(`Installed are ${vendors.join(', ')}.`)
    return { detail: `no vendor SDK, ${lean.size} packages, ${inMegabytes(totalOf(lean))}` }
  })
}

/** The facade installs few packages: an app on the local engine needs no other. */
async function checkFacadeInstall(trial: Trial): Promise<void> {
  const { installs } = consumers.facade
  const { packages, bytes } = mostOfFacade
  await trial.check(
    'lean installs',
    `${installs}, at most ${packages} packages and ${inMegabytes(bytes)}`,
    async () => {
      const found = await installAlone(trial, join(trial.folder, 'facade-lean'), {
        [installs]: trial.registry.versionOf(installs),
      })
      const largest = [...found].toSorted(([, a], [, b]) => b - a).slice(0, 3)
      const most = largest.map(([path, size]) => `${path} ${inMegabytes(size)}`).join(', ')
      const isSmall = found.size <= packages && totalOf(found) <= bytes
      return {
        verdict: isSmall ? 'passed' : 'failed',
        detail: `${found.size} packages, ${inMegabytes(totalOf(found))} (${most})`,
      }
    },
  )
}

/** Installs this and no more; answers the bytes of the files of each package. */
async function installAlone(trial: Trial, cwd: string, dependencies: object): Promise<Map<string, number>> {
  mkdirSync(cwd, { recursive: true })
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }))
  await installIn('npm', cwd, trial.registry)
  return bytesByPackage(join(cwd, 'node_modules'))
}

/** The packages of a `node_modules`, nested ones by their path, with the bytes of their files. */
function bytesByPackage(modules: string, prefix = ''): Map<string, number> {
  const sizes = new Map<string, number>()
  if (!existsSync(modules)) return sizes
  for (const entry of readdirSync(modules)) {
    if (entry.startsWith('.')) continue
    const names = entry.startsWith('@') ? readdirSync(join(modules, entry)).map((name) => `${entry}/${name}`) : [entry]
    for (const name of names) {
      sizes.set(`${prefix}${name}`, bytesOf(join(modules, name)))
      const nested = bytesByPackage(join(modules, name, 'node_modules'), `${prefix}${name} > `)
      for (const [path, bytes] of nested) sizes.set(path, bytes)
    }
  }
  return sizes
}

function bytesOf(path: string): number {
  const status = lstatSync(path)
  if (!status.isDirectory()) return status.isFile() ? status.size : 0
  let bytes = 0
  for (const name of readdirSync(path)) if (name !== 'node_modules') bytes += bytesOf(join(path, name))
  return bytes
}

function totalOf(sizes: ReadonlyMap<string, number>): number {
  let bytes = 0
  for (const each of sizes.values()) bytes += each
  return bytes
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(2)} MB`
}
