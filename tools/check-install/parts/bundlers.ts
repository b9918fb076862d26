import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Bundle, bundlers } from '../bundle.ts'
import { checkOpened, type ConsumerName, consumers, facadeNames, runProgram, titleOf } from '../consumers.ts'
import type { InstallChecks } from '../install-checks.ts'
import { checkVendors, type Vendor, vendorFilesIn } from '../vendors.ts'

interface BoundApp {
  /** The app with the programs. */
  readonly name: ConsumerName
  /** The import that binds it to one engine. */
  readonly binding: string
  readonly vendor: Vendor | undefined
}

const boundApps: readonly BoundApp[] = [
  { name: 'local', binding: '@cgk-platform/jobs-local', vendor: undefined },
  { name: 'postgres', binding: '@cgk-platform/jobs-postgres', vendor: undefined },
  { name: 'inngest', binding: '@cgk-platform/jobs-inngest', vendor: 'inngest' },
  { name: 'trigger', binding: '@cgk-platform/jobs-trigger', vendor: 'trigger' },
  { name: 'local', binding: '@cgk-platform/jobs/local', vendor: undefined },
  { name: 'postgres', binding: '@cgk-platform/jobs/postgres', vendor: undefined },
  { name: 'inngest', binding: '@cgk-platform/jobs/inngest', vendor: 'inngest' },
  { name: 'trigger', binding: '@cgk-platform/jobs/trigger', vendor: 'trigger' },
]

/**
 * Checks that each bundler builds each app without a warning about this library, and that the bundle runs and contains
 * only the SDK of its engine.
 */
export async function checkBundlers(checks: InstallChecks): Promise<void> {
  for (const [bundler, bundle] of Object.entries(bundlers)) {
    for (const { name, binding, vendor } of boundApps) {
      await checks.check('bundlers', `${bundler}: ${binding}`, async () => {
        const { cwd } = await checks.app(binding.startsWith('@cgk-platform/jobs/') ? 'hosted' : name, 'npm')
        const program = await bindProgram(checks, { name, binding, vendor }, cwd)
        const folder = join(cwd, `${slug(binding)}-by-${slug(bundler)}`)
        await bundleWithoutWarnings(bundle, program, folder)
        checkVendors(folder, vendor)
        const own = await checks.app(name, 'npm')
        await runProgram(name, process.execPath, own.cwd, { program: join(folder, 'program.js') })
        return { detail: `no warnings, jobs run, ${vendor ? "no other vendor's code" : "no vendor's code"}` }
      })
    }
    for (const name of facadeNames) {
      await checks.check('bundlers', `${bundler}: ${titleOf(name)}`, async () => {
        const { cwd } = await checks.app(name, 'npm')
        const folder = join(cwd, `opened-by-${slug(bundler)}`)
        await bundleWithoutWarnings(bundle, join(cwd, 'compiled/opened.js'), folder)
        return { detail: await checkOpened(name, process.execPath, cwd, { program: join(folder, 'program.js') }) }
      })
    }
    await checks.check('bundlers', `${bundler}: @cgk-platform/jobs, engine chosen at run time`, async () => {
      const { cwd } = await checks.app('hosted', 'npm')
      const folder = join(cwd, `chosen.${slug(bundler)}`)
      await bundleWithoutWarnings(bundle, join(cwd, 'compiled/program.js'), folder)
      const vendors = vendorFilesIn(folder)
      const program = join(folder, 'program.js')
      const sdkChunks = [...vendors.inngest, ...vendors.trigger].filter((file) => file !== program)
      for (const file of new Set(sdkChunks)) rmSync(file)
      await runProgram('facade', process.execPath, cwd, { program })
      const sdks =
        sdkChunks.length > 0 ? 'without the separate files of the SDKs' : 'the SDKs in the file are not evaluated'
      return { detail: `no warnings, jobs run on local, ${sdks}` }
    })
  }
}

/** Copies the compiled files of an app, with imports of `binding`. Returns the path of the program. */
async function bindProgram(checks: InstallChecks, { name, binding }: BoundApp, cwd: string): Promise<string> {
  const own = await checks.app(name, 'npm')
  const folder = join(cwd, `bound-${slug(binding)}`)
  cpSync(join(own.cwd, 'compiled'), folder, { recursive: true })
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, file)
    if (!path.endsWith('.js')) continue
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replaceAll(`'${consumers[name].installs}`, `'${binding}`))
  }
  return join(folder, 'program.js')
}

/** Matches the path of a file of this library, but not of packages that are installed below it. */
const inOwnPackage = /node_modules\/@cgk-platform\/(?!\S*node_modules\/)/

/** Matches the expected warning of a bundler about an engine package that is not installed. */
const missingEngineWarning =
  /resolve.*'@cgk-platform\/jobs-(?:inngest|trigger|postgres)\/provider'|"@cgk-platform\/jobs-(?:inngest|trigger|postgres)\/provider".*could not be resolved/

/** Bundles a program. @throws on warnings about this library; those about other packages are ignored. */
async function bundleWithoutWarnings(bundle: Bundle, program: string, folder: string): Promise<void> {
  const warnings = await bundle(program, folder)
  const ours = warnings.filter((warning) => inOwnPackage.test(warning) && !missingEngineWarning.test(warning))
  if (ours.length > 0) throw new Error(ours.join('\n'))
}

function slug(text: string): string {
  return text.replace(/\W+/g, '-')
}
