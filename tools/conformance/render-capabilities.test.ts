import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { readMeasurements } from './measurement.ts'
import { renderCapabilities } from './render-capabilities.ts'
import { columnNames } from './targets.ts'

test('docs/capabilities.md is up to date: `./dev conformance --render` renews it', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/capabilities.md'), 'utf8')
  expect(page).toBe(renderCapabilities(readMeasurements(columnNames())))
})
