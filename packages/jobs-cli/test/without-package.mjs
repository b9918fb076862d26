// Preloaded by tests: makes a package missing that this repository has installed.
import { registerHooks } from 'node:module'

const missing = process.env['MISSING_PACKAGE']

registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith(missing)) return next(specifier, context)
    const message = `Cannot find package '${missing}' imported from ${context.parentURL}`
    throw Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' })
  },
})
