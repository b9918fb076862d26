import type { App } from '../app/app.ts'
import { type TemplateFile, ifTypeScript } from './template.ts'

/** Returns the module of events and jobs, with one of each. */
export function jobsFile(app: App): TemplateFile {
  const names = ['defineEvents', 'defineJob', ...(app.style.isTypeScript ? ['type EventsOf'] : []), 'eventType']
  return {
    path: `${app.sources}${app.jobsModule}${app.style.extension}`,
    contents: `import { ${names.join(', ')} } from '@cgk-platform/jobs'

${eventsOf(app)}
${job}`,
  }
}

/** Returns the module of events alone, for apps that bundle senders separately from jobs. */
export function eventsFile(app: App): TemplateFile {
  const names = ['defineEvents', ...(app.style.isTypeScript ? ['type EventsOf'] : []), 'eventType']
  return {
    path: `${app.sources}job-events${app.style.extension}`,
    contents: `import { ${names.join(', ')} } from '@cgk-platform/jobs'

${eventsOf(app)}`,
  }
}

/** Returns the module of jobs for those events. */
export function jobsOnlyFile(app: App): TemplateFile {
  return {
    path: `${app.sources}${app.jobsModule}${app.style.extension}`,
    contents: `import { defineJob } from '@cgk-platform/jobs'

import './job-events' // senders import only this file, so that pages do not bundle the jobs

${job}`,
  }
}

function eventsOf(app: App): string {
  const payload = ifTypeScript(app, '<{ tenantId: string; userId: string }>')
  const declaration = `
declare module '@cgk-platform/jobs' {
  interface JobEvents extends EventsOf<typeof events> {}
}
`
  return `// Events of your app. Every payload has a \`tenantId\`: the customer that the job belongs to.
export const events = defineEvents({
  'user.signed_up': eventType${payload}(),
})
${ifTypeScript(app, declaration)}`
}

const job = `// A background job that runs for each event.
export const welcomeUser = defineJob({
  id: 'welcome-user',
  event: 'user.signed_up',
  retry: { maxAttempts: 3, backoff: 'exponential', initialDelay: '2s' },
  handler: async ({ payload }, { attempt }) => {
    console.log(\`Attempt \${attempt}: welcome, \${payload.userId}\`)
    return { welcomed: payload.userId }
  },
})
`
