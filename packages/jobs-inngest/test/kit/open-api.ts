import { RequestFailedError } from '@cgk-platform/jobs-core'

import { createEngineApi, type EngineApi } from '../../src/api/engine-api.ts'
import { createFakeServer, type FakeServer } from './fake-server.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'

/** The API of a server whose answers a test makes. */
export interface OpenApi extends FakeServer {
  readonly api: EngineApi
  readonly clock: VirtualClock
}

export function openApi(...setting: Parameters<typeof createFakeServer>): OpenApi {
  const server = createFakeServer(...setting)
  const clock = createVirtualClock()
  return { ...server, clock, api: createEngineApi(server.connection, clock) }
}

/** What a request that must fail fails with, however long that takes. */
export async function requestFailure(clock: VirtualClock, work: Promise<unknown>): Promise<RequestFailedError> {
  const error: unknown = await clock.finish(work).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!RequestFailedError.isInstance(error)) throw new Error('It did not fail as it should.', { cause: error })
  return error
}
