import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

import { documents, readDocument } from './documents.ts'

/** Returns the exported names of a module, including types, without `export * from` another package. */
function namesOf(module: string): string[] {
  const text = readDocument(module)
  const listed = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list]) => list!.split(','))
  const passedOn = [...text.matchAll(/^export (?:type )?\* from '(\.[^']+)'/gm)].flatMap(([, file]) =>
    [...readDocument(join(dirname(module), file!)).matchAll(/^export (?:interface|type) (\w+)/gm)].map(
      ([, name]) => name!,
    ),
  )
  return [...listed.map((name) => name.trim().replace(/^type /, '')).filter((name) => name !== ''), ...passedOn]
}

// Every exported name is part of the public API. Raise a number only on purpose.
test.each([
  ['packages/jobs-core/src/index.ts', 147],
  ['packages/jobs-core/src/provider.ts', 304],
  ['packages/jobs-core/src/conformance/index.ts', 37],
  ['packages/jobs/src/index.ts', 4],
  ['packages/jobs/src/local.ts', 0],
  ['packages/jobs/src/local-testing.ts', 0],
  ['packages/jobs/src/inngest.ts', 0],
  ['packages/jobs/src/trigger.ts', 0],
  ['packages/jobs/src/trigger-tasks.ts', 0],
  ['packages/jobs-dashboard/src/index.ts', 6],
  ['packages/jobs-dashboard/src/node.ts', 1],
  ['packages/jobs-local/src/index.ts', 13],
  ['packages/jobs-local/src/testing/index.ts', 7],
  ['packages/jobs-inngest/src/index.ts', 10],
  ['packages/jobs-otel/src/index.ts', 4],
  ['packages/jobs-trigger/src/index.ts', 9],
  ['packages/jobs-trigger/src/tasks.ts', 3],
])('%s exports %i names of its own', (module, count) => expect(namesOf(module)).toHaveLength(count))

test('every name for apps appears in a guide', () => {
  const guides = documents
    .filter((document) => /^docs\/[\w-]+\.md$/.test(document))
    .map(readDocument)
    .join('\n')
  const names = namesOf('packages/jobs-core/src/index.ts')
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(guides))).toEqual([])
})
