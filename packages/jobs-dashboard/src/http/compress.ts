/**
 * Returns whether an answer may be compressed: the browser reads gzip, and the request is not one of Next.js, which
 * removes `Content-Encoding` from the answers of route handlers since version 16.4, and compresses them itself.
 */
export function acceptsGzip(request: Request): boolean {
  return !('nextUrl' in request) && /\bgzip\b/.test(request.headers.get('Accept-Encoding') ?? '')
}

/** Compresses an answer with JSON if the browser reads that. A stream of events stays as it is: it would arrive late. */
export function compress(request: Request, response: Response): Response {
  const isJson = response.headers.get('Content-Type')?.startsWith('application/json') ?? false
  const canCompress = typeof CompressionStream === 'function' && acceptsGzip(request)
  if (!isJson || !response.body || !canCompress) return response
  const headers = new Headers(response.headers)
  headers.set('Content-Encoding', 'gzip')
  headers.set('Vary', 'Accept-Encoding')
  return new Response(response.body.pipeThrough(new CompressionStream('gzip')), { status: response.status, headers })
}
