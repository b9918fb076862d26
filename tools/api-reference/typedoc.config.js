// Generates the API reference as a site: a page for each export of the modules that users import, from its docstrings.
// TypeDoc needs the compiler's JavaScript API, which TypeScript 7 does not have, so this folder has its own version of
// TypeScript.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const packages = join(import.meta.dirname, '../../packages')
const source = '@cgk-platform/source'

const entryPoints = readdirSync(packages).flatMap((name) => {
  const manifest = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'))
  return Object.values(manifest.exports ?? {})
    .filter((entry) => entry.types !== undefined) // entry points without declarations are only for the workspace
    .map((entry) => join(packages, name, entry[source]))
})

export default {
  entryPoints,
  preservedTypeAnnotationTags: ['@throws'],
  out: 'dist',
  readme: 'none',
  name: 'API reference',
  disableSources: true,
  excludeExternals: true,
  excludePrivate: true,
  excludeReferences: true,
  validation: { notDocumented: true, notExported: false, invalidLink: true },
  requiredToBeDocumented: ['Class', 'Function', 'Interface', 'TypeAlias', 'Variable', 'Property', 'Method', 'Accessor'],
  treatWarningsAsErrors: true,
}
