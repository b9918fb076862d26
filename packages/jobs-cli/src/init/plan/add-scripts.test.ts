import { expect, test } from 'vitest'

import { addScripts } from './add-scripts.ts'

const scripts = { 'jobs:send': 'node send.js' }

test('scripts are added behind those that are there, and nothing else changes', () => {
  const text = `{
    "name": "app",
    "files": ["dist", "src"],
    "scripts": {
        "start":   "node .",
        "test": "node --test"
    },
    "private":true
}
`
  expect(addScripts(text, scripts)).toBe(
    text.replace('"node --test"', '"node --test",\n        "jobs:send": "node send.js"'),
  )
})

test('a package.json without scripts gets some', () => {
  const text = `{
\t"name": "app",
\t"files": ["dist", "src"],
\t"type": "module"
}`
  expect(addScripts(text, scripts)).toBe(
    text.replace('"module"', '"module",\n\t"scripts": {\n\t\t"jobs:send": "node send.js"\n\t}'),
  )
})

test('line ends stay as they are', () => {
  const text = '{\r\n  "scripts": {\r\n    "start": "node ."\r\n  }\r\n}\r\n'
  expect(addScripts(text, scripts)).toBe(
    '{\r\n  "scripts": {\r\n    "start": "node .",\r\n    "jobs:send": "node send.js"\r\n  }\r\n}\r\n',
  )
})

test('without scripts to add, the text is the same', () => {
  expect(addScripts('{"name":"app"}', {})).toBe('{"name":"app"}')
})
