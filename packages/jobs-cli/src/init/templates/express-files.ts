import { inngestPort } from './inngest-port.ts'
import { jobsImportPath, type TemplateFile, ifTypeScript } from './template.ts'
import type { App } from '../app/app.ts'

/** Returns a router that Inngest calls to run the jobs. */
export function expressInngestFile(app: App): TemplateFile {
  return {
    path: `${app.sources}jobs-inngest${app.style.extension}`,
    contents: `// Inngest calls this router to run the jobs. In your own server, add \`app.use(jobsRouter)\` before body parsers.
import { createInngestFunctions } from '@cgk-platform/jobs/inngest'
import { json, Router } from 'express'
import { Inngest } from 'inngest'
import { serve } from 'inngest/express'

import '${jobsImportPath(app)}' // and every other module that defines jobs

const client = new Inngest({ id: 'jobs' })
const functions = createInngestFunctions({ client })

export const jobsRouter${ifTypeScript(app, ': Router')} = Router()
jobsRouter.use('/api/inngest', json({ limit: '4mb' }), serve({ client, functions }))
`,
  }
}

/** Returns a server that has only that router. */
export function expressServerFile(app: App): TemplateFile {
  return {
    path: `${app.sources}jobs-server${app.style.extension}`,
    contents: `// Serves only the jobs. Delete this file once your own server has \`app.use(jobsRouter)\`.
import express from 'express'

import { jobsRouter } from './jobs-inngest${app.style.importExtension}'

const port = Number(process.env['JOBS_PORT'] ?? ${inngestPort})

express()
  .use(jobsRouter)
  .listen(port, () => console.log(\`Serving jobs to Inngest at http://localhost:\${port}/api/inngest\`))
`,
  }
}
