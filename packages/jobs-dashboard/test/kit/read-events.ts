/** An event of a stream of Server-Sent Events. */
export interface StreamEvent<Data = unknown> {
  readonly event: string
  readonly data: Data
}

/** Reads the events of a stream. Comments and `retry` are skipped. */
export async function* readEvents<Data>(response: Response): AsyncGenerator<StreamEvent<Data>> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body!) {
    text += decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end)
      text = text.slice(end + 2)
      const match = /^event: (.*)\ndata: (.*)$/.exec(block)
      if (match) yield { event: match[1]!, data: JSON.parse(match[2]!) as Data }
    }
  }
}
