/** A text of the library. Names in backticks look like code. */
export function CodeText({ text }: { text: string }) {
  return <>{text.split('`').map((part, at) => (at % 2 === 0 ? part : <code key={at}>{part}</code>))}</>
}
