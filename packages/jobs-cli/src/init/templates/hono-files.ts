import { inngestPort } from './inngest-port.ts'
import { jobsImportPath, type TemplateFile } from './template.ts'
import type { App } from '../app/app.ts'

/** Returns a route that Inngest calls to run the jobs. */
export function honoInngestFile(app: App): TemplateFile {
  return {
    path: `${app.sources}jobs-inngest${app.style.extension}`,
    contents: `// Inngest calls this route to run the jobs. In your own server, add \`app.route('/', jobsRoutes)\`.
import { createInngestFunctions } from '@cgk-platform/jobs/inngest'
import { Hono } from 'hono'
import { Inngest } from 'inngest'
import { serve } from 'inngest/hono'

import '${jobsImportPath(app)}' // and every other module that defines jobs

const client = new Inngest({ id: 'jobs' })
const functions = createInngestFunctions({ client })

export const jobsRoutes = new Hono()
jobsRoutes.on(['GET', 'POST', 'PUT'], '/api/inngest', serve({ client, functions }))
`,
  }
}

/** Returns a server that has only that route. */
export function honoServerFile(app: App): TemplateFile {
  return {
    path: `${app.sources}jobs-server${app.style.extension}`,
    contents: `// Serves only the jobs. Delete this file once your own server has \`app.route('/', jobsRoutes)\`.
import { serve } from '@hono/node-server'

import { jobsRoutes } from './jobs-inngest${app.style.importExtension}'

const port = Number(process.env['JOBS_PORT'] ?? ${inngestPort})

serve({ fetch: jobsRoutes.fetch, port }, () => {
  console.log(\`Serving jobs to Inngest at http://localhost:\${port}/api/inngest\`)
})
`,
  }
}
