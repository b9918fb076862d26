import { vi } from 'vitest'

// Test files can share a process. Resets it before each file: no module is loaded, and no shared state is set.
vi.resetModules()
for (const slot of ['ambient.v1', 'contract']) {
  Reflect.deleteProperty(globalThis, Symbol.for(`@cgk-platform/jobs.${slot}`))
}
