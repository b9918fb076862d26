import { createLoopbackEngine } from '@cgk-platform/inngest-loopback'

import { openInngestApp } from './inngest-app.ts'
import { createAutoAdvancingClock } from './auto-advancing-clock.ts'
import { configuredInngestServer } from './inngest-server.ts'
import { simulateDays } from './simulate-days.ts'
import { type DemoEngine, type DemoEngineOptions, toRealTimeEngine } from './demo-engine.ts'
import { createRequestCounter } from './request-counter.ts'

/** Creates an engine with Inngest's SDK, on the configured server or on a loopback engine in this process. */
export function createInngestEngine(options: DemoEngineOptions & { realTime: boolean }): Promise<DemoEngine> {
  const server = configuredInngestServer(process.env)
  if (server !== undefined) return createOnServer(server)
  return options.realTime ? createOnLoopback() : createVirtualTimeEngine(options)
}

/** Creates a loopback engine on a virtual clock. Events are sent over HTTP at their own time of day. */
async function createVirtualTimeEngine({ startAt, jobs }: DemoEngineOptions): Promise<DemoEngine> {
  const requestCounter = createRequestCounter()
  const time = createAutoAdvancingClock(startAt.getTime(), requestCounter.hasPending)
  const { clock, advanceTo } = time
  const engine = await createLoopbackEngine({ clock })
  requestCounter.watch(engine)
  const app = await openInngestApp({ baseUrl: engine.url, clock, fetch: requestCounter.fetch, jobs })
  const { client } = app
  return {
    client,
    description:
      "Inngest's SDK and a loopback engine in this process, over HTTP. The clock is virtual: each event is sent at its time of day.",
    simulatesDays: true,
    simulate: (events, screen) => simulateDays({ client, advanceTo }, events, screen),
    advanceTo,
    async close() {
      await app.close()
      await engine.close()
      time.close()
    },
  }
}

async function createOnLoopback(): Promise<DemoEngine> {
  const engine = await createLoopbackEngine()
  const app = await openInngestApp({ baseUrl: engine.url })
  return {
    ...toRealTimeEngine(app.client, "Inngest's SDK and a loopback engine in this process, over HTTP"),
    async close() {
      await app.close()
      await engine.close()
    },
  }
}

async function createOnServer(server: string): Promise<DemoEngine> {
  const app = await openInngestApp()
  return { ...toRealTimeEngine(app.client, `Inngest's SDK and the server at ${server}`), close: app.close }
}
