import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Bundle, bundlers } from '../bundle.ts'
import { checkOpened, type ConsumerName, consumers, facadeNames, runProgram, titleOf } from '../consumers.ts'
import type { Trial } from '../trial.ts'
import { checkVendors, type Vendor, vendorFilesIn } from '../vendors.ts'

interface BoundApp {
  /** The app whose programs these are. */
  readonly name: ConsumerName
  /** The import that binds it to one engine. */
  readonly binding: string
  readonly vendor: Vendor | undefined
}

const boundApps: readonly BoundApp[] = [
  { name: 'local', binding: '@cgk-platform/jobs-local', vendor: undefined },
  { name: 'inngest', binding: '@cgk-platform/jobs-inngest', vendor: 'inngest' },
  { name: 'trigger', binding: '@cgk-platform/jobs-trigger', vendor: 'trigger' },
  { name: 'local', binding: '@cgk-platform/jobs/local', vendor: undefined },
  { name: 'inngest', binding: '@cgk-platform/jobs/inngest', vendor: 'inngest' },
  { name: 'trigger', binding: '@cgk-platform/jobs/trigger', vendor: 'trigger' },
]

/** Each bundler builds each app without a warning of ours, and what it built runs, with the SDK of its engine alone. */
export async function checkBundlers(trial: Trial): Promise<void> {
  for (const [bundler, bundle] of Object.entries(bundlers)) {
    for (const { name, binding, vendor } of boundApps) {
      await trial.check('bundlers', `${bundler}: ${binding}`, async () => {
        const { cwd } = await trial.app(binding.startsWith('@cgk-platform/jobs/') ? 'hosted' : name, 'npm')
        const program = await bindProgram(trial, { name, binding, vendor }, cwd)
        const folder = join(cwd, `${slug(binding)}-by-${slug(bundler)}`)
        await bundleQuietly(bundle, program, folder)
        checkVendors(folder, vendor)
        const own = await trial.app(name, 'npm')
        await runProgram(name, process.execPath, own.cwd, { program: join(folder, 'program.js') })
        return { detail: `no warning of ours, jobs run, ${vendor ? "no other vendor's code" : 'no code of a vendor'}` }
      })
    }
    for (const name of facadeNames) {
      await trial.check('bundlers', `${bundler}: ${titleOf(name)}`, async () => {
        const { cwd } = await trial.app(name, 'npm')
        const folder = join(cwd, `opened-by-${slug(bundler)}`)
        await bundleQuietly(bundle, join(cwd, 'compiled/opened.js'), folder)
        return { detail: await checkOpened(name, process.execPath, cwd, { program: join(folder, 'program.js') }) }
      })
    }
    await trial.check('bundlers', `${bundler}: @cgk-platform/jobs, engine chosen at run time`, async () => {
      const { cwd } = await trial.app('hosted', 'npm')
      const folder = join(cwd, `chosen.${slug(bundler)}`)
      await bundleQuietly(bundle, join(cwd, 'compiled/program.js'), folder)
      const vendors = vendorFilesIn(folder)
      const program = join(folder, 'program.js')
      const apart = [...vendors.inngest, ...vendors.trigger].filter((file) => file !== program)
      for (const file of new Set(apart)) rmSync(file)
      await runProgram('facade', process.execPath, cwd, { program })
      const where =
        apart.length > 0 ? 'are in files of their own, which were deleted for it' : 'are in its one file, not evaluated'
      return { detail: `no warning of ours, jobs run on local; the SDKs ${where}` }
    })
  }
}

/** The compiled files of the app, beside its packages or the facade's, importing by `binding`; answers the program. */
async function bindProgram(trial: Trial, { name, binding }: BoundApp, cwd: string): Promise<string> {
  const own = await trial.app(name, 'npm')
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

/** The path of a file that is ours, not of what is installed below it. */
const inOurs = /node_modules\/@cgk-platform\/(?!\S*node_modules\/)/

/** What a bundler says of an engine's package that is not installed. */
const ofMissingEngine =
  /resolve.*'@cgk-platform\/jobs-(?:inngest|trigger)\/provider'|"@cgk-platform\/jobs-(?:inngest|trigger)\/provider".*could not be resolved/

/** Throws where the bundler warns of something in our packages; what it says of others' is theirs. */
async function bundleQuietly(bundle: Bundle, program: string, folder: string): Promise<void> {
  const warnings = await bundle(program, folder)
  const ours = warnings.filter((warning) => inOurs.test(warning) && !ofMissingEngine.test(warning))
  if (ours.length > 0) throw new Error(ours.join('\n'))
}

function slug(text: string): string {
  return text.replace(/\W+/g, '-')
}
