// Loaded before a process of a chaos run that uses an installed build: its imports of this library resolve there.
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const parentURL = pathToFileURL(join(process.env['CHAOS_BUILD']!, 'package.json')).href

registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier, specifier.startsWith('@cgk-platform/') ? { ...context, parentURL } : context),
})
