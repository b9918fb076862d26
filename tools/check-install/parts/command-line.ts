import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { whileOnPostgres } from '../../check-packages/check-lean.ts'
import { enginePackages } from '../../check-packages/consumer.ts'
import { execute } from '../../check-packages/execute.ts'
import { runYarn } from '../install.ts'
import type { Finding } from '../row.ts'
import type { InstallChecks } from '../install-checks.ts'

const part = 'command line'
const name = '@cgk-platform/jobs-cli'
const npx = ['npx', '--yes', name] as const

/**
 * Checks that package managers run the command line without installing it in the app, and that `init` creates a working
 * app.
 */
export async function checkCommandLine(checks: InstallChecks): Promise<void> {
  await checks.check(part, `npm: npx ${name} doctor`, () =>
    checkDoctor(checks, 'npm', (cwd) => execute(npx[0], [...npx.slice(1), 'doctor'], { cwd, env: ownCache(checks) })),
  )
  await checks.check(part, `pnpm: pnpm dlx ${name} doctor`, () =>
    checkDoctor(checks, 'pnpm', (cwd) => execute('pnpm', ['dlx', name, 'doctor'], { cwd })),
  )
  await checks.check(part, `yarn, node-modules: yarn dlx ${name} doctor`, () =>
    checkDoctor(checks, 'yarn, node-modules', (cwd) => runYarn(['dlx', name, 'doctor'], cwd)),
  )
  await checks.check(part, `yarn, PnP: yarn cgk-jobs doctor`, () =>
    checkDoctor(checks, 'yarn, PnP', async (cwd) => {
      await runYarn(['add', '--dev', name], cwd)
      return runYarn(['cgk-jobs', 'doctor'], cwd)
    }),
  )
  for (const [engine, packageName] of Object.entries({ local: undefined, ...enginePackages })) {
    await checks.check(part, `npm: npx ${name} init --provider ${engine} --install`, () =>
      checkInit(checks, engine, packageName),
    )
  }
}

/** Runs `doctor` in the app on the facade and the local engine. */
async function checkDoctor(
  checks: InstallChecks,
  manager: Parameters<InstallChecks['app']>[1],
  run: (cwd: string) => Promise<string>,
): Promise<Finding> {
  const { cwd } = await checks.app('facade', manager)
  const printed = await run(cwd)
  assert.match(printed, /^ok +provider +`local`/m)
  assert.match(printed, /^ok +engine +/m)
  assert.match(printed, /^No problems/m)
  return { detail: 'finds the packages of the app and no problems' }
}

async function checkInit(checks: InstallChecks, engine: string, packageName: string | undefined): Promise<Finding> {
  const cwd = join(checks.folder, `init-${engine}`)
  const env = ownCache(checks)
  mkdirSync(cwd)
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }))
  writeFileSync(join(cwd, '.npmrc'), `@cgk-platform:registry=${checks.registry.url}\n`)
  await execute(npx[0], [...npx.slice(1), 'init', '--provider', engine, '--yes', '--install'], { cwd, env })
  const installed = Object.values(enginePackages).filter((one) => existsSync(join(cwd, 'node_modules', one)))
  assert.deepEqual(installed, packageName === undefined ? [] : [packageName])
  const detail = `installs ${packageName ?? 'no engine package'}${packageName === undefined ? '' : ' and no other engine'}`
  if (!['local', 'postgres'].includes(engine)) return { detail }
  const run = async (variables: Readonly<Record<string, string>> = {}): Promise<Finding> => {
    const options = { cwd, env: { ...env, ...variables } }
    assert.match(await execute('npm', ['run', 'jobs:send'], options), /completed/)
    assert.match(await execute('npm', ['run', 'jobs:doctor'], options), /^No problems/m)
    return { detail: `${detail}; the first job runs, and \`jobs:doctor\` finds no problems` }
  }
  return engine === 'postgres' ? whileOnPostgres(run) : run()
}

/** An npm cache for this run. npx reuses a package of the same version, which here may have other contents. */
function ownCache({ folder }: InstallChecks): Readonly<Record<string, string>> {
  return { npm_config_cache: join(folder, 'npm-cache') }
}
