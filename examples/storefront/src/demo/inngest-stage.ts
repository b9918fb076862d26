import { createLoopbackEngine } from '@cgk-platform/jobs-inngest/loopback'

import { openInngestApp } from './inngest-app.ts'
import { createLeapingTime } from './leaping-time.ts'
import { namedServer } from './named-server.ts'
import { playDays } from './play-days.ts'
import { sendAll, type Stage, type StageOptions } from './stage.ts'
import { createTraffic } from './traffic.ts'

/** Inngest's real SDK, on the server that is named or on an engine of this process that speaks the server's protocol. */
export function createInngestStage(options: StageOptions & { realTime: boolean }): Promise<Stage> {
  const server = namedServer(process.env)
  if (server !== undefined) return createOnServer(server)
  return options.realTime ? createOnLoopback() : createFastForward(options)
}

/** A loopback engine on a virtual clock: every event is sent at its own time of day, over HTTP. */
async function createFastForward({ startAt, jobs }: StageOptions): Promise<Stage> {
  const traffic = createTraffic()
  const time = createLeapingTime(startAt.getTime(), traffic.isUnderWay)
  const { clock, passTo } = time
  const engine = await createLoopbackEngine({ clock })
  traffic.watch(engine)
  const app = await openInngestApp({ baseUrl: engine.url, clock, fetch: traffic.fetch, jobs })
  const { client } = app
  return {
    client,
    description:
      "Inngest's SDK and a loopback engine in this process, over HTTP. The clock is virtual: each is sent at its hour.",
    passesDays: true,
    play: (events, screen) => playDays({ client, passTo }, events, screen),
    passTo,
    async close() {
      await app.close()
      await engine.close()
      time.close()
    },
  }
}

async function createOnLoopback(): Promise<Stage> {
  const engine = await createLoopbackEngine()
  const app = await openInngestApp({ baseUrl: engine.url })
  return {
    ...toStage(app.client, "Inngest's SDK and a loopback engine in this process, over HTTP"),
    async close() {
      await app.close()
      await engine.close()
    },
  }
}

async function createOnServer(server: string): Promise<Stage> {
  const app = await openInngestApp()
  return { ...toStage(app.client, `Inngest's SDK and the server at ${server}`), close: app.close }
}

/** In real time all events are sent at once. */
function toStage(client: Stage['client'], what: string): Omit<Stage, 'close'> {
  return {
    client,
    description: `${what}. All are sent at once; retries wait their seconds.`,
    passesDays: false,
    play: (events) =>
      sendAll(
        client,
        events.map(({ item }) => item),
      ),
  }
}
