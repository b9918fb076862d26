import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { InitError } from '../init-error.ts'

/** What `init` reads of a `package.json`. */
export interface Manifest {
  readonly type?: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** The text of an app's `package.json`, and what it says. @throws InitError where there is none that can be read. */
export function readManifest(root: string): { text: string; manifest: Manifest } {
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new InitError({
      code: 'no_folder',
      message: `\`${root}\` is no folder. Name the folder of an app with \`--cwd\`, or call \`init\` in it.`,
    })
  const path = join(root, 'package.json')
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    throw new InitError({
      code: 'no_package_json',
      message:
        `There is no \`package.json\` in \`${root}\`. Call \`init\` in the folder of an app, name that with \`--cwd\`, ` +
        'or make an app first: `npm init -y`.',
    })
  const text = readFileSync(path, 'utf8')
  try {
    return { text, manifest: toManifest(JSON.parse(text)) }
  } catch (cause) {
    throw new InitError({
      code: 'broken_package_json',
      message: `\`${path}\` cannot be read: ${(cause as Error).message}. Correct it and call \`init\` again.`,
      cause,
    })
  }
}

function toManifest(value: unknown): Manifest {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new TypeError('it holds no object')
}

/** Every package that it names. */
export function dependenciesOf(manifest: Manifest): Set<string> {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest
  const named = [dependencies, devDependencies, optionalDependencies, peerDependencies]
  return new Set(named.flatMap((group) => Object.keys(group ?? {})))
}
