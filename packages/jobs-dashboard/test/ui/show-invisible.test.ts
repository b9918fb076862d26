import { h } from 'preact'
import { expect, test } from 'vitest'

import { showInvisible } from '../../ui/src/parts/show-invisible.ts'

showInvisible()

test('a page shows the invisible characters of each text, and keeps lines and numbers', () => {
  const { props } = h('td', { title: 'user\u202etxt' }, ['a\u200b\u{e0100}\nb', 5, ['c\ufe0f']], 'd\u3164')
  expect(props).toEqual({
    title: String.raw`user\u{202e}txt`,
    children: [[`${String.raw`a\u{200b}\u{e0100}`}\nb`, 5, [String.raw`c\u{fe0f}`]], String.raw`d\u{3164}`],
  })
})

test('the value of a field stays as it is', () => {
  expect(h('input', { value: 'a\u200b' }).props).toEqual({ value: 'a\u200b' })
})
