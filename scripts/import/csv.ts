/**
 * The fields of one record (RFC 4180): quotes around what holds commas, quotes or line ends, and a quote
 * inside written twice. `undefined`: a quote is still open at the end.
 */
export function fieldsOfCsv(text: string): readonly string[] | undefined {
  const fields: string[] = []
  let at = 0
  for (;;) {
    if (text[at] === '"') {
      const quoted = quotedFrom(text, at + 1)
      if (quoted === undefined) return undefined
      const end = nextComma(text, quoted.end)
      // What follows the quote is kept as it is: better a strange name than a lost row.
      fields.push(quoted.value + text.slice(quoted.end, end))
      at = end
    } else {
      const end = nextComma(text, at)
      fields.push(text.slice(at, end))
      at = end
    }
    if (at >= text.length) return fields
    at += 1
  }
}

const nextComma = (text: string, from: number): number => {
  const at = text.indexOf(',', from)
  return at === -1 ? text.length : at
}

function quotedFrom(text: string, from: number): { value: string; end: number } | undefined {
  let value = ''
  let start = from
  for (;;) {
    const quote = text.indexOf('"', start)
    if (quote === -1) return undefined
    value += text.slice(start, quote)
    if (text[quote + 1] !== '"') return { value, end: quote + 1 }
    value += '"'
    start = quote + 2
  }
}
