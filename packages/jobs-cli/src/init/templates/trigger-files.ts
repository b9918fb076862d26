import { jobsImport, type TemplateFile } from './template.ts'
import type { App } from '../app/app.ts'

/** The file of which Trigger.dev's CLI makes tasks. */
export function triggerTasksFile(app: App): TemplateFile {
  return {
    path: `${app.sources}trigger/tasks${app.style.extension}`,
    contents: `// Trigger.dev's CLI makes tasks of the jobs here. Nothing in your app imports this file.
import { createTriggerTasks } from '@cgk-platform/jobs/trigger/tasks'

import '${jobsImport(app, 1)}' // and every other module that defines jobs

createTriggerTasks()
`,
  }
}

/** The configuration that every Trigger.dev project has. */
export function triggerConfigFile(app: App): TemplateFile {
  const { extension } = app.style
  return {
    // A compiler that writes files would put this one beside them, or refuse it for being outside of the sources.
    path: `trigger.config${app.compilesToFiles ? '.mjs' : extension}`,
    contents: `import { defineConfig } from '@trigger.dev/sdk'

export default defineConfig({
  project: 'proj_…', // the ref of your project, as the dashboard shows it
  dirs: ['./${app.sources}trigger'],
  maxDuration: 3600, // the CLI asks for it; it ends none of these jobs
  processKeepAlive: true, // a process makes many runs, one after the other
})
`,
    otherwise: `its \`dirs\` must name \`./${app.sources}trigger\``,
  }
}
