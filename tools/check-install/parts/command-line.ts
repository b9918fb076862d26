import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { enginePackages } from '../../check-packages/consumer.ts'
import { execute } from '../../check-packages/execute.ts'
import { runYarn } from '../install.ts'
import type { Finding } from '../row.ts'
import type { Trial } from '../trial.ts'

const part = 'command line'
const name = '@cgk-platform/jobs-cli'
const npx = ['npx', '--yes', name] as const

/** Every package manager runs the command line without installing it in the app, and `init` makes an app that runs. */
export async function checkCommandLine(trial: Trial): Promise<void> {
  await trial.check(part, `npm: npx ${name} doctor`, () =>
    checkDoctor(trial, 'npm', (cwd) => execute(npx[0], [...npx.slice(1), 'doctor'], { cwd })),
  )
  await trial.check(part, `pnpm: pnpm dlx ${name} doctor`, () =>
    checkDoctor(trial, 'pnpm', (cwd) => execute('pnpm', ['dlx', name, 'doctor'], { cwd })),
  )
  await trial.check(part, `yarn, node-modules: yarn dlx ${name} doctor`, () =>
    checkDoctor(trial, 'yarn, node-modules', (cwd) => runYarn(['dlx', name, 'doctor'], cwd)),
  )
  await trial.check(part, `yarn, PnP: yarn cgk-jobs doctor`, () =>
    checkDoctor(trial, 'yarn, PnP', async (cwd) => {
      await runYarn(['add', '--dev', name], cwd)
      return runYarn(['cgk-jobs', 'doctor'], cwd)
    }),
  )
  for (const [engine, packageName] of Object.entries({ local: undefined, ...enginePackages })) {
    await trial.check(part, `npm: npx ${name} init --provider ${engine} --install`, () =>
      checkInit(trial, engine, packageName),
    )
  }
}

/** In the app on the facade alone, whose engine is the local one. */
async function checkDoctor(
  trial: Trial,
  manager: Parameters<Trial['app']>[1],
  run: (cwd: string) => Promise<string>,
): Promise<Finding> {
  const { cwd } = await trial.app('facade', manager)
  const printed = await run(cwd)
  assert.match(printed, /^ok +provider +`local`/m)
  assert.match(printed, /^ok +engine +/m)
  assert.match(printed, /^No problems/m)
  return { detail: 'finds the packages of the app, and no problem' }
}

async function checkInit(trial: Trial, engine: string, packageName: string | undefined): Promise<Finding> {
  const cwd = join(trial.folder, `init-${engine}`)
  mkdirSync(cwd)
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }))
  writeFileSync(join(cwd, '.npmrc'), `@cgk-platform:registry=${trial.registry.url}\n`)
  await execute(npx[0], [...npx.slice(1), 'init', '--provider', engine, '--yes', '--install'], { cwd })
  const installed = Object.values(enginePackages).filter((one) => existsSync(join(cwd, 'node_modules', one)))
  assert.deepEqual(installed, packageName === undefined ? [] : [packageName])
  if (packageName !== undefined) return { detail: `installs ${packageName} and no other engine` }
  assert.match(await execute('npm', ['run', 'jobs:send'], { cwd }), /completed/)
  assert.match(await execute('npm', ['run', 'jobs:doctor'], { cwd }), /^No problems/m)
  return { detail: 'installs no engine package; its first job runs, and `jobs:doctor` finds no problem' }
}
