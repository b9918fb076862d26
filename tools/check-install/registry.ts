import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { execute } from '../check-packages/execute.ts'
import type { Tarball } from '../check-packages/tarballs.ts'

/** A local npm registry with only the packages of this library. */
export interface PackageRegistry {
  /** The URL, with a trailing slash. */
  readonly url: string
  /** Publishes a further version of a package. */
  publish(tarball: Tarball): Promise<void>
  /** Returns the first published version of a package. */
  versionOf(name: string): string
  close(): Promise<void>
}

interface Release {
  readonly manifest: { readonly name: string; readonly version: string }
  readonly content: Buffer
}

const publishedAt = new Date(0).toISOString()

/** Serves tarballs through the registry protocol, so that every package manager can install them. */
export async function openRegistry(tarballs: readonly Tarball[]): Promise<PackageRegistry> {
  const releases = new Map<string, Release[]>()

  const publish = async ({ name, path }: Tarball): Promise<void> => {
    const manifest = await execute('tar', ['-xOzf', path, 'package/package.json'], { cwd: '/' })
    const known = releases.get(name) ?? []
    known.push({ manifest: JSON.parse(manifest) as Release['manifest'], content: readFileSync(path) })
    releases.set(name, known)
  }
  for (const tarball of tarballs) await publish(tarball)

  const server = createServer(({ url: path = '' }, response) => {
    const [name = '', file] = decodeURIComponent(path.slice(1)).split('/-/')
    const known = releases.get(name)
    const release = known?.find(({ manifest }) => file === `${manifest.version}.tgz`)
    if (release) response.setHeader('content-type', 'application/octet-stream').end(release.content)
    else if (known && file === undefined) answer(response, packumentOf(name, known, url))
    else answer(response.writeHead(404), { error: `This registry does not have \`${name}\`.` })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`

  return {
    url,
    publish,
    versionOf: (name) => releases.get(name)![0]!.manifest.version,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => void server.close(resolve))
    },
  }
}

function answer(response: ServerResponse, body: object): void {
  if (!response.headersSent) response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(body))
}

/** Returns the registry's metadata of a package. `latest` is the first published version. */
function packumentOf(name: string, releases: readonly Release[], url: string): object {
  const versions = releases.map(({ manifest, content }) => {
    const dist = {
      tarball: `${url}${name}/-/${manifest.version}.tgz`,
      integrity: `sha512-${createHash('sha512').update(content).digest('base64')}`,
      shasum: createHash('sha1').update(content).digest('hex'),
    }
    return [manifest.version, { ...manifest, _id: `${name}@${manifest.version}`, dist }] as const
  })
  return {
    name,
    'dist-tags': { latest: versions[0]![0] },
    versions: Object.fromEntries(versions),
    time: Object.fromEntries(versions.map(([version]) => [version, publishedAt])),
  }
}
