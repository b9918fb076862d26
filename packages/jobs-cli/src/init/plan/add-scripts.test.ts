import { expect, test } from 'vitest'

import { addScripts } from './add-scripts.ts'

const scripts = { 'jobs:send': 'node send.js' }

test('adds scripts after the existing ones and changes nothing else', () => {
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

test('adds scripts to a package.json without any', () => {
  const text = `{
\t"name": "app",
\t"files": ["dist", "src"],
\t"type": "module"
}`
  expect(addScripts(text, scripts)).toBe(
    text.replace('"module"', '"module",\n\t"scripts": {\n\t\t"jobs:send": "node send.js"\n\t}'),
  )
})

test('preserves line endings', () => {
  const text = '{\r\n  "scripts": {\r\n    "start": "node ."\r\n  }\r\n}\r\n'
  expect(addScripts(text, scripts)).toBe(
    '{\r\n  "scripts": {\r\n    "start": "node .",\r\n    "jobs:send": "node send.js"\r\n  }\r\n}\r\n',
  )
})

test('returns the same text if there are no scripts to add', () => {
  expect(addScripts('{"name":"app"}', {})).toBe('{"name":"app"}')
})
