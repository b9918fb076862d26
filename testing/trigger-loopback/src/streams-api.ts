import { AppendToStreamResponseBody, CreateStreamResponseBody } from '@trigger.dev/core/v3'
import { z } from 'zod'

import { endpoint, type Route } from './endpoint.ts'
import type { Engine } from './engine.ts'
import type { Run } from './run.ts'
import { ServiceError } from './service-error.ts'
import { isFinal } from './is-final.ts'

/** Creates the endpoints of realtime streams, in the version of a server without S2. */
export function createStreamsApi(engine: Engine): Route[] {
  const targetOf = (params: Readonly<Record<string, string>>): Run => {
    const run = engine.runs.find(params['run'] ?? '')
    const target = params['target'] === 'self' ? run : engine.runs.find(run?.parentId ?? '')
    if (!target) throw new ServiceError('Target not found', 404)
    return target
  }
  const add = (params: Readonly<Record<string, string>>, chunks: readonly unknown[]): void => {
    const { streams } = targetOf(params)
    const key = params['stream']!
    streams.set(key, [...(streams.get(key) ?? []), ...chunks])
  }
  const pattern = '/realtime/v1/streams/{run}/{target}/{stream}'
  return [
    endpoint({
      method: 'PUT',
      pattern,
      auth: 'secret',
      response: CreateStreamResponseBody,
      handle({ params }) {
        if (isFinal(targetOf(params)))
          throw new ServiceError('Cannot initialize a realtime stream on a completed run', 400)
        add(params, [])
        return { status: 202, value: { version: 'v1' } }
      },
    }),
    endpoint({
      method: 'POST',
      pattern,
      auth: 'secret',
      text: true,
      body: z.string(),
      handle({ params, body }) {
        const lines = body.split('\n').filter((line) => line !== '')
        add(
          params,
          lines.map((line) => JSON.parse(line) as unknown),
        )
        return { value: {} }
      },
    }),
    endpoint({
      method: 'POST',
      pattern: `${pattern}/append`,
      auth: 'secret',
      text: true,
      body: z.string(),
      response: AppendToStreamResponseBody,
      handle({ params, body }) {
        if (isFinal(targetOf(params)))
          throw new ServiceError('Cannot append to a realtime stream on a completed run', 400)
        add(params, [body])
        return { value: { ok: true } }
      },
    }),
  ]
}
