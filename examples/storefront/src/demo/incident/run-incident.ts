import { serveDashboard } from '../dashboard/serve-dashboard.ts'
import type { DemoOptions } from '../options.ts'
import type { Screen } from '../screen.ts'
import { openIncident } from './open-incident.ts'
import { planIncident } from './plan-incident.ts'

/** Shows a shop in trouble in the dashboard, until Ctrl-C. Returns true. */
export async function runIncident({ seed, provider }: DemoOptions, screen: Screen): Promise<boolean> {
  const stopped = new AbortController()
  process.once('SIGINT', () => stopped.abort()).once('SIGTERM', () => stopped.abort())
  const incident = await openIncident(planIncident(seed), provider === 'inngest' ? 'inngest' : 'local')
  const dashboard = await serveDashboard(incident.client)
  screen.bold(`Open ${dashboard.url}`)
  screen.line('It is three in the morning. Since the last deploy, payments of one shop fail. Other jobs do not move.')
  screen.line('Find out what fails, since when and for whom, and why the others wait. Enter repairs the payments: then')
  screen.line('retry those that failed. Ctrl-C ends the demo.')
  process.stdin.once('data', () => {
    incident.repair()
    screen.line('The payments work again.')
  })
  if (!stopped.signal.aborted)
    await new Promise<void>((resolve) => {
      stopped.signal.addEventListener('abort', () => resolve(), { once: true })
    })
  process.stdin.destroy()
  dashboard.close()
  await incident.close()
  return true
}
