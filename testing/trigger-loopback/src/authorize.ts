import { type HttpReply, jsonReply } from './http-messages.ts'

const noHeader = {
  title: 'Unauthorized',
  status: 401,
  type: 'https://developer.mozilla.org/en-US/docs/Web/HTTP/Status/401',
  detail: 'No authorization header provided',
  error: 'No authorization header provided',
}

/** Rejects a request without the right key, with the real server's response. */
export function rejectKey(
  auth: 'secret' | 'access' | 'none',
  authorization: string | undefined,
  { secretKey, accessToken }: { readonly secretKey: string; readonly accessToken: string },
): HttpReply | undefined {
  const key = authorization?.replace(/^Bearer /, '')
  if (auth === 'none' || key === (auth === 'secret' ? secretKey : accessToken)) return undefined
  if (authorization === undefined) return jsonReply(401, noHeader)
  return jsonReply(401, { error: auth === 'access' ? 'Invalid or Missing Access Token' : 'Invalid API key' })
}
