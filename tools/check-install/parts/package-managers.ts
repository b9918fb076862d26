import { consumerNames, consumers, runProgram } from '../consumers.ts'
import { managers } from '../install.ts'
import type { Trial } from '../trial.ts'

/** Every package manager installs every package that apps import; the app compiles and its jobs run. */
export async function checkPackageManagers(trial: Trial): Promise<void> {
  for (const manager of managers) {
    for (const name of consumerNames) {
      await trial.check('package managers', `${manager}: ${consumers[name].installs}`, async () => {
        const app = await trial.app(name, manager)
        await app.compile('bundler')
        await runProgram(name, process.execPath, app.cwd, { env: app.env })
        return { detail: 'installed, compiled by nodenext and bundler, jobs run' }
      })
    }
  }
}
