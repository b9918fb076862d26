import { inngestPort } from './inngest-port.ts'
import { jobsImport, type TemplateFile } from './template.ts'
import type { App } from '../app/app.ts'

/** A route with what Inngest calls to run the jobs. */
export function honoInngestFile(app: App): TemplateFile {
  return {
    path: `${app.sources}jobs-inngest${app.style.extension}`,
    contents: `// Inngest calls this to run the jobs. In your own server: \`app.route('/', jobsRoutes)\`.
import { createInngestFunctions } from '@cgk-platform/jobs/inngest'
import { Hono } from 'hono'
import { Inngest } from 'inngest'
import { serve } from 'inngest/hono'

import '${jobsImport(app)}' // and every other module that defines jobs

const client = new Inngest({ id: 'jobs' })
const functions = createInngestFunctions({ client })

export const jobsRoutes = new Hono()
jobsRoutes.on(['GET', 'POST', 'PUT'], '/api/inngest', serve({ client, functions }))
`,
  }
}

/** A server with that route alone. */
export function honoServerFile(app: App): TemplateFile {
  return {
    path: `${app.sources}jobs-server${app.style.extension}`,
    contents: `// Runs the jobs by themselves. It can go once your own server has \`app.route('/', jobsRoutes)\`.
import { serve } from '@hono/node-server'

import { jobsRoutes } from './jobs-inngest${app.style.importExtension}'

const port = Number(process.env['JOBS_PORT'] ?? ${inngestPort})

serve({ fetch: jobsRoutes.fetch, port }, () => {
  console.log(\`Inngest finds the jobs at http://localhost:\${port}/api/inngest\`)
})
`,
  }
}
