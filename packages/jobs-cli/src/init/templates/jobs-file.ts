import type { App } from '../app/app.ts'
import { type TemplateFile, typed } from './template.ts'

/** The app's events and jobs, with one of each to begin with. */
export function jobsFile(app: App): TemplateFile {
  const names = ['defineEvents', 'defineJob', ...(app.style.isTypeScript ? ['type EventsOf'] : []), 'eventType']
  return {
    path: `${app.sources}${app.jobsModule}${app.style.extension}`,
    contents: `import { ${names.join(', ')} } from '@cgk-platform/jobs'

${eventsOf(app)}
${job}`,
  }
}

/** The app's events by themselves, where what sends them is bundled apart from the jobs. */
export function eventsFile(app: App): TemplateFile {
  const names = ['defineEvents', ...(app.style.isTypeScript ? ['type EventsOf'] : []), 'eventType']
  return {
    path: `${app.sources}job-events${app.style.extension}`,
    contents: `import { ${names.join(', ')} } from '@cgk-platform/jobs'

${eventsOf(app)}`,
  }
}

/** The app's jobs, for those events. */
export function jobsAloneFile(app: App): TemplateFile {
  return {
    path: `${app.sources}${app.jobsModule}${app.style.extension}`,
    contents: `import { defineJob } from '@cgk-platform/jobs'

import './job-events' // what sends imports this alone, so that the bundler does not take the jobs into each page

${job}`,
  }
}

function eventsOf(app: App): string {
  const payload = typed(app, '<{ tenantId: string; userId: string }>')
  const declaration = `
declare module '@cgk-platform/jobs' {
  interface JobEvents extends EventsOf<typeof events> {}
}
`
  return `// What happens in your app. Each payload has a \`tenantId\`: the customer whose job it is.
export const events = defineEvents({
  'user.signed_up': eventType${payload}(),
})
${typed(app, declaration)}`
}

const job = `// What is done about it, in the background.
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
