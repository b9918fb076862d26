import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { createLoopbackServer, startCliWorker } from '@cgk-platform/jobs-trigger/loopback'

import {
  checkOpened,
  type ConsumerName,
  consumerNames,
  consumers,
  facadeNames,
  runProgram,
  titleOf,
} from '../consumers.ts'
import { installIn, type Manager, managers, pnpOptions } from '../install.ts'
import type { Finding } from '../row.ts'
import type { Trial } from '../trial.ts'

const part = 'package managers'

/** Every package manager installs every package that apps import; the app compiles and its jobs run. */
export async function checkPackageManagers(trial: Trial): Promise<void> {
  for (const manager of managers) {
    for (const name of new Set([...facadeNames, ...consumerNames])) {
      await trial.check(part, `${manager}: ${titleOf(name)}`, () => checkApp(trial, manager, name))
    }
  }
  await trial.check(part, "yarn, PnP: worker of Trigger.dev's CLI", () => checkCliWithoutUs(trial))
}

async function checkApp(trial: Trial, manager: Manager, name: ConsumerName): Promise<Finding> {
  const app = await trial.app(name, manager)
  await app.compile('bundler')
  const done = 'installed, compiled by nodenext and bundler, jobs run'
  if (manager !== 'yarn, PnP' || name !== 'trigger') {
    await runProgram(name, process.execPath, app.cwd, { env: app.env })
    const facade = facadeNames.find((one) => one === name)
    const opened = facade ? [await checkOpened(facade, process.execPath, app.cwd, { env: app.env })] : []
    return { detail: [done, ...opened].join(', ') }
  }
  const { cwd } = await trial.app(name, 'npm')
  await runProgram(name, process.execPath, cwd, { program: join(app.cwd, 'compiled/program.js'), env: app.env })
  return { detail: `${done} by a worker that npm installed` }
}

/** Trigger.dev's CLI does not start with PnP where nothing of ours is installed. @throws once it does. */
async function checkCliWithoutUs(trial: Trial): Promise<Finding> {
  const cwd = join(trial.folder, 'trigger-sdk-by-yarn-pnp')
  mkdirSync(join(cwd, 'src'), { recursive: true })
  cpSync(
    join(import.meta.dirname, '../../check-packages/consumer-lean-trigger/trigger.config.ts'),
    `${cwd}/trigger.config.ts`,
  )
  const task =
    "import { task } from '@trigger.dev/sdk'\n\nexport const hello = task({ id: 'hello', run: async () => 'hello' })\n"
  writeFileSync(join(cwd, 'src/tasks.ts'), task)
  const manifest = { name: 'sdk-alone', private: true, type: 'module', dependencies: consumers.trigger.dependencies }
  writeFileSync(join(cwd, 'package.json'), JSON.stringify(manifest))
  await installIn('yarn, PnP', cwd, trial.registry)
  const server = await createLoopbackServer()
  try {
    const options = { server, projectDir: cwd, inPlace: true, env: { NODE_OPTIONS: pnpOptions(cwd) } }
    const problem = await startCliWorker(options).then(
      (worker) => worker.close(),
      (error: Error) => error.message,
    )
    if (problem === undefined) throw new Error('It starts with the SDK alone: let it run our jobs here, too.')
    const missing = /tried to access ([\w@/.-]+), but/.exec(problem)
    if (!missing) throw new Error(problem)
    return {
      verdict: 'not possible',
      detail: `cannot find \`${missing[1]}\`, also without this library`,
    }
  } finally {
    await server.close()
  }
}
