// oxlint-disable-next-line typescript/triple-slash-reference -- projects that compile this source need the declaration, too
/// <reference path="../assets.d.ts" />
import type * as assets from '../../ui/dist/assets.js'

/** Loads the built pages on first use. The build of the package puts them into a file of their own. */
export async function loadAssets(): Promise<typeof assets> {
  return import('../../ui/dist/assets.js')
}
