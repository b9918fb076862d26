import { environment, requestJson, RequestFailure } from '@cgk-platform/jobs-core/provider'

import type { TriggerConnection } from '../trigger-config.ts'
import { addressSettings, toResponseFailure } from './to-failure.ts'

/** Where Trigger.dev's own cloud is. */
const cloud = 'https://api.trigger.dev'

/** The address of the server that a connection leads to, without a slash at its end. */
export function serverOf({ apiUrl = cloud }: TriggerConnection): string {
  return apiUrl.replace(/\/+$/, '')
}

/** A request of our own. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** With its query, where it has one. */
  readonly path: string
  readonly body?: unknown
}

/** What a request is made with. */
export interface RequestOptions {
  readonly now: () => number
  /** Drops the request, so that a change does not come after one that was asked for later. */
  readonly signal: AbortSignal
}

/**
 * Asks for what the SDK can do for the run alone that it is called from, if at all.
 *
 * @returns the answer as it is in JSON
 * @throws {RequestFailure}
 */
export async function request(
  connection: TriggerConnection,
  { method, path, body }: ApiRequest,
  { now, signal }: RequestOptions,
): Promise<unknown> {
  const server = serverOf(connection)
  const key = connection.apiKey ?? keyOfEnvironment()
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
  const answer = await requestJson(fetch, sent, { settings: addressSettings })
  const { status, body: told } = answer
  if (status < 300 && told !== undefined) return told
  const { error } = (told ?? {}) as { error?: unknown }
  throw new RequestFailure(toResponseFailure({ status, headers: Object.fromEntries(answer.headers), error }, now()))
}

/** In the SDK's order; a run has a token of its own where its worker is given no key. */
function keyOfEnvironment(): string | undefined {
  const { TRIGGER_SECRET_KEY: key, TRIGGER_ACCESS_TOKEN: token, TRIGGER_RUN_TOKEN: ofRun } = environment()
  return key || token || ofRun || undefined
}
