import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * Returns a free port below those that the system gives to connections and to servers without a port of their own, so
 * that no other process takes it before it is used.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, () => server.close(() => resolve(true)))
    })
    if (isFree) return port
  }
}
