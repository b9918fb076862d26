import { RequestFailedError } from '@cgk-platform/jobs-core/errors'

import { createEngineApi, type EngineApi } from '../../src/api/engine-api.ts'
import { createFakeServer, type FakeServer } from './fake-server.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'

/** Opens the API of a server whose responses a test defines. */
export interface OpenApi extends FakeServer {
  readonly api: EngineApi
  readonly clock: VirtualClock
}

export function openApi(...setting: Parameters<typeof createFakeServer>): OpenApi {
  const server = createFakeServer(...setting)
  const clock = createVirtualClock()
  return { ...server, clock, api: createEngineApi(server.connection, clock) }
}

/** Returns the error of a request that must fail, however long that takes. */
export async function requestFailure(clock: VirtualClock, work: Promise<unknown>): Promise<RequestFailedError> {
  const error: unknown = await clock.finish(work).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!RequestFailedError.isInstance(error))
    throw new Error('The request did not fail with a `RequestFailedError`.', { cause: error })
  return error
}
