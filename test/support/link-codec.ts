// The host link's codec, as the tests of both ends use it.
export { encodeFrame, frameReader } from '../../src/host/wire.ts';
export {
  type Failed,
  daemonFrame,
  decodeCall,
  decodeFailed,
  decodeHello,
  decodeLinks,
  decodeRan,
  encodeRefused,
  encodeResultFrame,
  encodeWelcome,
  failReason,
  runBody,
  shimFrame,
} from '../../src/host/link-messages.ts';
