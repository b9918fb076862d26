import type { App } from '../app/app.ts'
import { triggerConfigFile, triggerTasksFile } from '../templates/trigger-files.ts'
import type { Host } from './host.ts'

/** Runs the jobs as tasks, which Trigger.dev's CLI builds from files of the app. */
export function triggerHost(app: App): Host {
  const { root, variablesFile } = app
  return {
    files: [triggerConfigFile(app), triggerTasksFile(app)],
    importsSdk: true,
    hints: [
      `Before the first run, put the ref of your project into trigger.config, and its secret key into ${variablesFile}.`,
      `Without an account: \`./dev trigger-offline ${root}\`, in the repository of this library, in place of \`login\` and ` +
        `\`jobs:dev\`; it prints what goes into ${variablesFile}.`,
    ],
  }
}
