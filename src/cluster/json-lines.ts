const newline = 0x0a;

/**
 * The JSON documents of a stream that has one in each line. Ends with the stream; throws when a line is no JSON or is
 * longer than `mostBytes`, and what the stream throws. A line that is not finished is left out.
 */
export async function* jsonLines(stream: AsyncIterable<Buffer>, mostBytes: number): AsyncGenerator<unknown> {
  let parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    let rest = chunk;
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      const line = Buffer.concat([...parts, rest.subarray(0, end)]).toString();
      [parts, bytes, rest] = [[], 0, rest.subarray(end + 1)];
      if (line.trim() !== '') yield JSON.parse(line);
    }
    if (rest.length > 0) parts.push(rest);
    bytes += rest.length;
    if (bytes > mostBytes) throw new Error(`a line is longer than ${mostBytes} bytes`);
  }
}
