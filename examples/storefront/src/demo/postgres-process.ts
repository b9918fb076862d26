// Runs a PostgreSQL server until the process that started this one has ended, even if it was killed.
import { once } from 'node:events'

import { startEmbeddedServer } from '@cgk-platform/test-kit/embedded-postgres'

const ended = once(process, 'disconnect')
const server = await startEmbeddedServer([], process.argv[2])
if (process.connected) process.send!(server.url)
await ended
await server.stop()
process.exit()
