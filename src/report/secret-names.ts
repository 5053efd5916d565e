// Parts of a name that indicate a secret anywhere in it.
const anywhere =
  /pass(word|wd|wort|phrase|code)|pwd|secret|token|credential|bearer|psk|jwt|cookie|kubeconfig|authorization|keys?$|key[-_]?(data|file|id|material)$|private[-_]?key/i;
// Parts that also occur in other words, so they must stand alone: pw, not "pwm"; pin, not "spinning".
const asWord = /(^|[^a-z])(pass|pw|creds?|dsn|pem|pin|otp)(?![a-z])/i;
const asWordInside = /[a-z](Pass|Pw|Creds?|Dsn|Pem|Pin|Otp)(?![a-z])/;

/** Whether the value under a name is secret: key, token, password, secret, credential and similar, in any spelling. */
export const isSecretName = (name: string, further: readonly string[] = []): boolean =>
  anywhere.test(name) ||
  asWord.test(name) ||
  asWordInside.test(name) ||
  /^auth$/i.test(name) ||
  further.some((each) => each.toLowerCase() === name.toLowerCase());

const ofFile = /kubeconfig|pem|file|path|dir$/i;
const path = /^\.{0,2}\/[\w@.+~/-]*$/;
const placeholder =
  /^(VALUE|<[\w -]+>|\$[A-Z_][A-Z0-9_]*|\$[{(][A-Z_][A-Z0-9_]*[)}]?|%[a-z]|\.\.\.|…|\(masked\)|true|false|null|nil|none)$/i;

/** Whether a value under such a name reveals nothing: it is empty, or the path of a file. */
export const isHarmless = (name: string, value: string): boolean =>
  value === '' || (ofFile.test(name) && path.test(value));

/** Whether a word stands for a value: VALUE, <token>, $TOKEN, a boolean. */
export const isPlaceholder = (word: string): boolean => placeholder.test(word);
