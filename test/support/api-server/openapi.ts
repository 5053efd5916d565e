// The form in the Accept header contains "@", which Content-Type does not allow.
const protobufType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
const title = 'Kubernetes';
const version = 'v1.30.0';

/**
 * /openapi/v2 without definitions. kubectl fetches it before create and apply; for kinds that it does not find there,
 * it skips its own validation and relies on the server. kubectl 1.20 accepts protobuf only.
 */
export function openApiDocument(accept: string): { contentType: string; bytes: Buffer } {
  if (accept.includes('protobuf')) return { contentType: protobufType, bytes: protobufDocument() };
  const document = { swagger: '2.0', info: { title, version }, paths: {}, definitions: {} };
  return { contentType: 'application/json', bytes: Buffer.from(JSON.stringify(document)) };
}

/** Message openapi.v2.Document: swagger = 1, info = 2 { title = 1, version = 2 }, paths = 8. */
function protobufDocument(): Buffer {
  const info = Buffer.concat([field(1, Buffer.from(title)), field(2, Buffer.from(version))]);
  return Buffer.concat([field(1, Buffer.from('2.0')), field(2, info), field(8, Buffer.alloc(0))]);
}

/** A length-delimited field; the content is shorter than 128 bytes, so its length is one byte. */
const field = (number: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content]);
