import { requestJson, RequestFailure } from '@cgk-platform/jobs-core/hosted'
import { environment } from '@cgk-platform/jobs-core/provider'

import type { TriggerConnection } from '../trigger-config.ts'
import { addressSettings, toResponseFailure } from './to-failure.ts'

/** The address of Trigger.dev's cloud. */
const cloud = 'https://api.trigger.dev'

/** Returns the address of a connection's server, without a trailing slash. */
export function serverOf({ apiUrl = cloud }: TriggerConnection): string {
  return apiUrl.replace(/\/+$/, '')
}

/** A request that this package sends itself, without the SDK. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** The path with its query, if any. */
  readonly path: string
  readonly body?: unknown
}

/** Options of a request. */
export interface RequestOptions {
  readonly now: () => number
  /** Aborts the request, so it cannot arrive after a later one. */
  readonly signal: AbortSignal
}

/**
 * Sends a request that the SDK does not support, or supports only inside the current run.
 *
 * @returns the JSON body of the response
 * @throws {RequestFailure}
 */
export async function request(
  connection: TriggerConnection,
  { method, path, body }: ApiRequest,
  { now, signal }: RequestOptions,
): Promise<unknown> {
  const server = serverOf(connection)
  const key = connection.apiKey ?? environmentKey()
  const { previewBranch } = connection
  const headers = {
    'content-type': 'application/json',
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
    ...(previewBranch !== undefined && { 'x-trigger-branch': previewBranch }),
  }
  const sent = {
    url: `${server}${path}`,
    method,
    headers,
    signal,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }
  const response = await requestJson(fetch, sent, { settings: addressSettings })
  const { status, body: json } = response
  if (status < 300 && json !== undefined) return json
  const { error } = (json ?? {}) as { error?: unknown }
  throw new RequestFailure(toResponseFailure({ status, headers: Object.fromEntries(response.headers), error }, now()))
}

/** Returns the key of the environment, in the SDK's order. A run has its own token if its worker gets no key. */
function environmentKey(): string | undefined {
  const { TRIGGER_SECRET_KEY: key, TRIGGER_ACCESS_TOKEN: accessToken, TRIGGER_RUN_TOKEN: runToken } = environment()
  return key || accessToken || runToken || undefined
}
