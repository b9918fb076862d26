import { startEmbeddedServer } from '@cgk-platform/test-kit/embedded-postgres'
import { serverVariable } from './open-server.ts'

/** Starts one server for all tests of a run. Does nothing if the environment names a server. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[serverVariable]) return undefined
  const server = await startEmbeddedServer()
  process.env[serverVariable] = server.url
  return async () => {
    Reflect.deleteProperty(process.env, serverVariable)
    await server.stop()
  }
}
