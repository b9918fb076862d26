import { expect, test } from 'vitest'

import { documents, readDocument } from '@cgk-platform/test-kit/documents'

/** Returns the exported names of a module, including types. */
function namesOf(module: string): string[] {
  const lists = [...readDocument(module).matchAll(/^export (?:type )?\{([^}]*)\}/gm)]
  return lists.flatMap(([, list]) => list!.split(',').map((name) => name.trim().replace(/^type /, ''))).filter(Boolean)
}

test('every name for apps appears in a guide', () => {
  const guides = documents
    .filter((document) => /^docs\/[\w-]+\.md$/.test(document))
    .map(readDocument)
    .join('\n')
  const names = ['index', 'errors', 'inspect'].flatMap((entry) => namesOf(`packages/jobs-core/src/${entry}.ts`))
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(guides))).toEqual([])
})
