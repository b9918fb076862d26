import { writeFileSync } from 'node:fs'

import { drawTrace } from './draw-trace.ts'
import { pictureFile, pictureTitle, spansFile } from './picture-files.ts'
import { recordSpans } from './record-spans.ts'

// Runs the workflow of the storefront, and writes its spans and their picture into docs/images.
const spans = await recordSpans()
writeFileSync(spansFile, `${JSON.stringify(spans, undefined, 2)}\n`)
writeFileSync(pictureFile, drawTrace(pictureTitle, spans))
