import { acceptsGzip } from '../http/compress.ts'
import { respond, respondNothing } from '../http/respond.ts'
import { loadAssets } from './load-assets.ts'

/** Answers with a built file. Its name has a hash of its contents, so browsers keep it. */
export async function respondAsset(request: Request, path: string): Promise<Response> {
  const { files } = await loadAssets()
  const file = Object.hasOwn(files, path) ? files[path] : undefined
  if (!file) return respondNothing()
  const bytes = Uint8Array.from(atob(file.gzip), (character) => character.charCodeAt(0))
  const headers = {
    'Content-Type': file.type,
    'Cache-Control': 'private, max-age=31536000, immutable',
    Vary: 'Accept-Encoding',
  }
  if (acceptsGzip(request)) {
    return respond(bytes, 200, { ...headers, 'Content-Encoding': 'gzip', 'Content-Length': String(bytes.length) })
  }
  return respond(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')), 200, headers)
}
