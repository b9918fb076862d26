import { jobsImportPath, importLine, type TemplateFile } from './template.ts'
import type { App } from '../app/app.ts'

/**
 * Returns the program that runs the jobs on the local engine or connected to Inngest. It has no top-level await, because
 * a server on the local engine may load it with `require`.
 */
export function workerFile(app: App): TemplateFile {
  return {
    path: `${app.sources}jobs-worker${app.style.extension}`,
    contents: `// Runs the jobs. On the local engine, your server can load this file: \`${importLine(app, 'jobs-worker')}\`.
import { getJobClient } from '@cgk-platform/jobs'

import '${jobsImportPath(app)}' // and every other module that defines jobs

const client = getJobClient()
void client.start().then(() => console.log('Running jobs in this process'))

// If your server handles SIGTERM itself, close the client there.
process.once('SIGTERM', async () => {
  await client.close({ timeout: '30s' })
  process.exit()
})
`,
  }
}
