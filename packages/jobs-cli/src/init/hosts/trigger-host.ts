import type { App } from '../app/app.ts'
import { triggerConfigFile, triggerTasksFile } from '../templates/trigger-files.ts'
import type { Host } from './host.ts'

/** Returns the files from which Trigger.dev's CLI builds tasks. */
export function triggerHost(app: App): Host {
  const { root, variablesFile } = app
  return {
    files: [triggerConfigFile(app), triggerTasksFile(app)],
    importsSdk: true,
    hints: [
      `Before the first run, set your project's ref in trigger.config and its secret key in ${variablesFile}.`,
      `Without an account: run \`./dev trigger-offline ${root}\` in this library's repository instead of \`login\` and ` +
        `\`jobs:dev\`. It prints the variables for ${variablesFile}.`,
    ],
  }
}
