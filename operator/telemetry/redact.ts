const censored = '[redacted]';

/** Values of these fields, at any depth. */
const secretFields =
  /("(?:[a-z_-]*(?:token|password|passwd|secret|credential|apikey|api_key|api-key|private_key|client_key)|(?:proxy-)?authorization|cookie|set-cookie)":)"(?:[^"\\]|\\.)+"/gi;
const bearer = /\b(Bearer|Basic)\s+[\w.~+/-]{8,}=*/gi;
/** A JSON Web Token, such as those of ServiceAccounts. */
const webToken = /\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/g;
const userinfo = /(:\/\/)[^\s/"@\\]+@/g;

/** A line of JSON without what opens doors: secrets by the name of their field, tokens and logins in texts by their shape. */
export function redact(line: string): string {
  return line
    .replaceAll(secretFields, `$1"${censored}"`)
    .replaceAll(bearer, `$1 ${censored}`)
    .replaceAll(webToken, censored)
    .replaceAll(userinfo, `$1${censored}@`);
}
