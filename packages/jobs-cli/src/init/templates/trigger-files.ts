import { jobsImportPath, type TemplateFile } from './template.ts'
import type { App } from '../app/app.ts'

/** Returns the file that Trigger.dev's CLI builds tasks from. */
export function triggerTasksFile(app: App): TemplateFile {
  return {
    path: `${app.sources}trigger/tasks${app.style.extension}`,
    contents: `// Turns the jobs into tasks for Trigger.dev's CLI. Do not import this file in your app.
import { createTriggerTasks } from '@cgk-platform/jobs/trigger/tasks'

import '${jobsImportPath(app, 1)}' // and every other module that defines jobs

createTriggerTasks()
`,
  }
}

/** Returns the configuration of the Trigger.dev project. */
export function triggerConfigFile(app: App): TemplateFile {
  const { extension } = app.style
  return {
    // A compiler that writes files would compile a `.ts` here, or reject it because it is outside the sources.
    path: `trigger.config${app.compilesToFiles ? '.mjs' : extension}`,
    contents: `import { defineConfig } from '@trigger.dev/sdk'

export default defineConfig({
  project: 'proj_…', // your project's ref, from the dashboard
  dirs: ['./${app.sources}trigger'],
  maxDuration: 3600, // required by the CLI; does not stop these jobs
  processKeepAlive: true, // reuses a process for many runs
})
`,
    ifExists: `add \`./${app.sources}trigger\` to its \`dirs\``,
  }
}
