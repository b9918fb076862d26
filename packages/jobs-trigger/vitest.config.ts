import { beginWith } from '../../vitest.first.base.ts'

export default beginWith('/test/conformance/')
