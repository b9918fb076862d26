import { jobsImport, loadLine, type TemplateFile } from './template.ts'
import type { App } from '../app/app.ts'

/**
 * The program that runs the jobs, on the local engine or connected to Inngest. A server on the former loads it, by a
 * `require` perhaps, which takes no module that awaits at its top level.
 */
export function workerFile(app: App): TemplateFile {
  return {
    path: `${app.sources}jobs-worker${app.style.extension}`,
    contents: `// Runs the jobs. On the local engine your server does so itself: \`${loadLine(app, 'jobs-worker')}\` where it starts.
import { getJobClient } from '@cgk-platform/jobs'

import '${jobsImport(app)}' // and every other module that defines jobs

const client = getJobClient()
void client.start().then(() => console.log('The jobs run in this process'))

// Where your server has a listener of its own for SIGTERM, close the client there.
process.once('SIGTERM', async () => {
  await client.close({ timeout: '30s' })
  process.exit()
})
`,
  }
}
