import { inngestPort } from './inngest-port.ts'
import { jobsImport, type TemplateFile, typed } from './template.ts'
import type { App } from '../app/app.ts'

/** A router with what Inngest calls to run the jobs. */
export function expressInngestFile(app: App): TemplateFile {
  return {
    path: `${app.sources}jobs-inngest${app.style.extension}`,
    contents: `// Inngest calls this to run the jobs. In your own server: \`app.use(jobsRouter)\`, before what parses bodies.
import { createInngestFunctions } from '@cgk-platform/jobs/inngest'
import { json, Router } from 'express'
import { Inngest } from 'inngest'
import { serve } from 'inngest/express'

import '${jobsImport(app)}' // and every other module that defines jobs

const client = new Inngest({ id: 'jobs' })
const functions = createInngestFunctions({ client })

export const jobsRouter${typed(app, ': Router')} = Router()
jobsRouter.use('/api/inngest', json({ limit: '4mb' }), serve({ client, functions }))
`,
  }
}

/** A server with that router alone. */
export function expressServerFile(app: App): TemplateFile {
  return {
    path: `${app.sources}jobs-server${app.style.extension}`,
    contents: `// Runs the jobs by themselves. It can go once your own server has \`app.use(jobsRouter)\`.
import express from 'express'

import { jobsRouter } from './jobs-inngest${app.style.importExtension}'

const port = Number(process.env['JOBS_PORT'] ?? ${inngestPort})

express()
  .use(jobsRouter)
  .listen(port, () => console.log(\`Inngest finds the jobs at http://localhost:\${port}/api/inngest\`))
`,
  }
}
