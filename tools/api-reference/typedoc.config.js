// Generates a page of docs/api for each module that users import, from its docstrings. TypeDoc needs the compiler's
// JavaScript API, which TypeScript 7 does not have, so this folder has its own version of TypeScript.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Converter } from 'typedoc'

const packages = join(import.meta.dirname, '../../packages')
const source = '@cgk-platform/source'

const entryPoints = readdirSync(packages).flatMap((name) => {
  const manifest = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'))
  return Object.values(manifest.exports ?? {})
    .filter((entry) => entry.types !== undefined) // entry points without declarations are only for the workspace
    .map((entry) => join(packages, name, entry[source]))
})

/** Renders `@throws {SomeError} if …` with its class, which the Markdown plugin omits. */
function nameErrorClasses({ converter }) {
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const { comment } of Object.values(project.reflections)) {
      for (const tag of comment?.getTags('@throws') ?? []) {
        if (tag.typeAnnotation === undefined) continue
        tag.content.unshift({ kind: 'code', text: tag.typeAnnotation.replace(/^\{(.*)\}$/, '`$1`') })
        if (tag.content.length > 1) tag.content.splice(1, 0, { kind: 'text', text: ' ' })
        delete tag.typeAnnotation // an inherited member may share the comment
      }
    }
  })
}

export default {
  entryPoints,
  tsconfig: join(import.meta.dirname, 'tsconfig.json'),
  plugin: ['typedoc-plugin-markdown', nameErrorClasses],
  preservedTypeAnnotationTags: ['@throws'],
  out: join(import.meta.dirname, '../../docs/api'),
  readme: 'none',
  name: 'API reference',
  router: 'module',
  flattenOutputFiles: true,
  disableSources: true,
  excludeExternals: true,
  excludePrivate: true,
  excludeReferences: true,
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  expandObjects: true,
  classPropertiesFormat: 'table',
  interfacePropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  parametersFormat: 'table',
  typeDeclarationFormat: 'table',
  formatWithPrettier: false,
  validation: { notDocumented: true, notExported: false, invalidLink: true },
  requiredToBeDocumented: ['Class', 'Function', 'Interface', 'TypeAlias', 'Variable', 'Property', 'Method', 'Accessor'],
  treatValidationWarningsAsErrors: true,
}
