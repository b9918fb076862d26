import type { Definition } from '@cgk-platform/jobs-core'

import { createJobFunction } from '../../src/host/job-function.ts'
import type { Responder } from './fake-server.ts'
import { firstRequest } from './first-request.ts'
import { type HostSetting, openHost, type OpenHost } from './open-host.ts'

/** The id of the job that an opened function runs. */
export const jobId = '01M89NS4WG6G8H65WJD6QKMDS3'
/** The id of its run. */
export const runId = '01M89NS53P41QNS08H5VWD7NCR'

/** The return value or error of an attempt. */
export interface Attempted {
  readonly returned?: unknown
  readonly thrown?: Error
}

/** The Inngest function of a definition, on a server whose responses a test defines. */
export interface OpenFunction extends OpenHost {
  readonly options: Readonly<Record<string, unknown>>
  /** The start time of the host's clock. */
  readonly startedAt: number
  /** Returns an event as this library sends it, with changes to its record and payload. */
  eventOf(record?: object, payload?: object): object
  /** Makes an attempt, counted from 0 as in the SDK. */
  attempt(number?: number, event?: object): Promise<Attempted>
  /** Reports the failure of the run to the function. */
  fail(error: unknown, event?: object): Promise<void>
}

/** Opens the function of a definition for an event. */
export function openFunction(
  definition: Definition,
  event: string,
  answer: Responder = () => ({ body: {} }),
  setting?: HostSetting,
): OpenFunction {
  const host = openHost(answer, setting)
  createJobFunction(definition, event, host.parts)
  const [{ options, run } = {} as never] = host.created
  const eventOf = (record: object = {}, payload: object = {}): object => ({
    id: jobId,
    name: event,
    ts: 5000,
    data: { tenantId: 'acme', ...payload, _job: { v: 1, tenantId: 'acme', sentAt: 4000, ...record } },
  })
  return {
    ...host,
    options,
    startedAt: host.clock.now(),
    eventOf,
    async attempt(number = 0, given = eventOf()) {
      const work = host.clock.finish(run({ event: given, runId, attempt: number, ...firstRequest() }))
      return work.then(
        (returned) => ({ returned }),
        (thrown: unknown) => ({ thrown: thrown as Error }),
      )
    },
    async fail(error, given = eventOf()) {
      const onFailure = options['onFailure'] as (context: object) => Promise<void>
      await host.clock.finish(onFailure({ event: { data: { run_id: runId, event: given, error } } }))
    },
  }
}
