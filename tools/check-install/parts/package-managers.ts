import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { createLoopbackServer, startCliWorker } from '@cgk-platform/trigger-loopback'

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
import type { InstallChecks } from '../install-checks.ts'

const part = 'package managers'

/** Checks that each package manager installs each package, and that the app compiles and runs jobs. */
export async function checkPackageManagers(checks: InstallChecks): Promise<void> {
  for (const manager of managers) {
    for (const name of new Set([...facadeNames, ...consumerNames])) {
      await checks.check(part, `${manager}: ${titleOf(name)}`, () => checkApp(checks, manager, name))
    }
  }
  await checks.check(part, "yarn, PnP: worker of Trigger.dev's CLI", () => checkCliWithSdkOnly(checks))
}

async function checkApp(checks: InstallChecks, manager: Manager, name: ConsumerName): Promise<Finding> {
  const app = await checks.app(name, manager)
  await app.compile('bundler')
  const done = 'installs, compiles with nodenext and bundler, jobs run'
  if (manager !== 'yarn, PnP' || name !== 'trigger') {
    await runProgram(name, process.execPath, app.cwd, { env: app.env })
    const facade = facadeNames.find((one) => one === name)
    const opened = facade ? [await checkOpened(facade, process.execPath, app.cwd, { env: app.env })] : []
    return { detail: [done, ...opened].join(', ') }
  }
  const { cwd } = await checks.app(name, 'npm')
  await runProgram(name, process.execPath, cwd, { program: join(app.cwd, 'compiled/program.js'), env: app.env })
  return { detail: `${done} in a worker that npm installed` }
}

/** Checks that Trigger.dev's CLI does not start with PnP even without this library. @throws if a new version starts. */
async function checkCliWithSdkOnly(checks: InstallChecks): Promise<Finding> {
  const cwd = join(checks.folder, 'trigger-sdk-by-yarn-pnp')
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
  await installIn('yarn, PnP', cwd, checks.registry)
  const server = await createLoopbackServer()
  try {
    const options = { server, projectDir: cwd, inPlace: true, env: { NODE_OPTIONS: pnpOptions(cwd) } }
    const problem = await startCliWorker(options).then(
      (worker) => worker.close(),
      (error: Error) => error.message,
    )
    if (problem === undefined) throw new Error("Trigger.dev's CLI starts with PnP now. Extend this check: run jobs.")
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
