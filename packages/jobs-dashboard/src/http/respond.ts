import type { ErrorJson } from '../api-types.ts'

const everywhere: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'Cache-Control': 'no-store',
}

/** Creates a response with the security headers. */
export function respond(
  body: string | Uint8Array<ArrayBuffer> | ReadableStream | null,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body, { status, headers: { ...everywhere, ...headers } })
}

/** Answers as if nothing were there. */
export function respondNothing(): Response {
  return respond('Not found', 404, { 'Content-Type': 'text/plain; charset=utf-8' })
}

/** Answers with JSON. */
export function respondJson(value: unknown, status = 200): Response {
  return respond(JSON.stringify(value), status, { 'Content-Type': 'application/json; charset=utf-8' })
}

/** Answers with an error. */
export function respondError(status: number, error: ErrorJson['error']): Response {
  return respondJson({ error } satisfies ErrorJson, status)
}
