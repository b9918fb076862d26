import { expect, test } from 'vitest'

import type { SourceStyle } from './app.ts'
import { readSourceStyle, type StyleFacts } from './read-source-style.ts'

const node = { version: 'v24.21.0', runsTypeScript: true }
const facts: StyleFacts = {
  framework: 'node',
  isModule: true,
  isTypeScript: true,
  compilerOptions: {},
  hasTsx: false,
  variablesFile: '.env',
  node,
}
const plain = 'node --env-file-if-exists=.env'
const tsx = `${plain} --import tsx`

const cases: [string, Partial<StyleFacts>, Partial<SourceStyle>][] = [
  ['JavaScript modules', { isTypeScript: false }, { extension: '.js', importExtension: '.js', run: plain }],
  [
    'JavaScript in a CommonJS package',
    { isTypeScript: false, isModule: false },
    { extension: '.mjs', importExtension: '.mjs', run: plain },
  ],
  ['TypeScript with defaults', {}, { extension: '.ts', importExtension: '.js', run: tsx, needsTsx: true }],
  [
    'TypeScript in a CommonJS package',
    { isModule: false },
    { extension: '.mts', importExtension: '.mjs', run: tsx, needsTsx: true },
  ],
  [
    'a compiler that allows `.ts` imports',
    { compilerOptions: { allowImportingTsExtensions: true } },
    { extension: '.ts', importExtension: '.ts', run: plain, needsTsx: false },
  ],
  [
    'the same if the app has tsx',
    { compilerOptions: { rewriteRelativeImportExtensions: true }, hasTsx: true },
    { importExtension: '.ts', run: tsx },
  ],
  [
    'the same on a Node that cannot run TypeScript',
    { compilerOptions: { allowImportingTsExtensions: true }, node: { version: 'v20.19.0', runsTypeScript: false } },
    { importExtension: '.ts', run: 'node --env-file=.env --import tsx', needsTsx: true },
  ],
  ['TypeScript without a compiler', { compilerOptions: undefined }, { importExtension: '.ts', run: plain }],
  [
    'Next.js, whose bundler needs no extension',
    { framework: 'next', isModule: false },
    { extension: '.ts', importExtension: '', needsTsx: false },
  ],
  ['Next.js in JavaScript', { framework: 'next', isTypeScript: false }, { extension: '.js', importExtension: '' }],
]

test.each(cases)('%s', (_name, given, style) => {
  expect(readSourceStyle({ ...facts, ...given })).toMatchObject(style)
})
