import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { InitError } from '../init-error.ts'

/** The fields of `package.json` that `init` reads. */
export interface Manifest {
  readonly type?: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** Reads an app's `package.json`, as text and parsed. @throws {InitError} if it is missing or invalid */
export function readManifest(root: string): { text: string; manifest: Manifest } {
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new InitError({
      code: 'no_folder',
      message: `\`${root}\` is not a folder. Set \`--cwd\` to the app's folder, or run \`init\` in it.`,
    })
  const path = join(root, 'package.json')
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    throw new InitError({
      code: 'no_package_json',
      message:
        `There is no \`package.json\` in \`${root}\`. Run \`init\` in the app's folder, set \`--cwd\`, or create an app ` +
        'first: `npm init -y`.',
    })
  const text = readFileSync(path, 'utf8')
  try {
    return { text, manifest: toManifest(JSON.parse(text)) }
  } catch (cause) {
    throw new InitError({
      code: 'broken_package_json',
      message: `\`${path}\` cannot be read: ${(cause as Error).message}. Correct it and run \`init\` again.`,
      cause,
    })
  }
}

function toManifest(value: unknown): Manifest {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new TypeError('it is not a JSON object')
}

/** Returns the names of all dependencies, of every kind. */
export function dependenciesOf(manifest: Manifest): Set<string> {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest
  const named = [dependencies, devDependencies, optionalDependencies, peerDependencies]
  return new Set(named.flatMap((group) => Object.keys(group ?? {})))
}
