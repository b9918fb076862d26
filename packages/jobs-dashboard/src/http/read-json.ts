import { Refusal } from './refusal.ts'

/** The code of a request whose client has gone before its body arrived. */
export const abortedCode = 'aborted'

/** Reads a JSON object of at most `maxBytes`, without trusting the length that the request states. @throws {Refusal} */
export async function readJson(request: Request, maxBytes: number): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  for await (const chunk of chunksOf(request.body)) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new Refusal(413, 'too_large', `The body has more than ${maxBytes} bytes.`)
    chunks.push(chunk)
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await new Blob(chunks).arrayBuffer())
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // It is not JSON.
  }
  throw new Refusal(400, 'invalid_body', 'The body is not a JSON object.')
}

async function* chunksOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = body?.getReader()
  if (!reader) return
  // The client has gone, which is not an error of the dashboard.
  const read = () =>
    reader.read().catch(() => Promise.reject(new Refusal(400, abortedCode, 'The body did not arrive.')))
  try {
    for (let next = await read(); !next.done; next = await read()) yield next.value
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
