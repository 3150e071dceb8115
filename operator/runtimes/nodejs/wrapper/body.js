/**
 * @typedef {{ readonly kind: 'whole', readonly body: Buffer }
 *   | { readonly kind: 'tooLarge' } | { readonly kind: 'slow' } | { readonly kind: 'aborted' }} Body
 */

/**
 * Reads the body of a request.
 * @param {import('node:http').IncomingMessage} request
 * @param {{ maxBodyBytes: number, bodyTimeoutMs: number }} limits
 * @returns {Promise<Body>}
 */
export function readBody(request, { maxBodyBytes, bodyTimeoutMs }) {
  if (Number(request.headers['content-length']) > maxBodyBytes) return Promise.resolve({ kind: 'tooLarge' });
  return new Promise((resolve) => {
    /** @type {Buffer[]} */
    const chunks = [];
    let length = 0;
    /** @param {Body} body */
    const finish = (body) => {
      clearTimeout(timer);
      request.off('data', take).off('end', end).off('close', abort);
      resolve(body);
    };
    const take = (/** @type {Buffer} */ chunk) => {
      length += chunk.length;
      if (length > maxBodyBytes) finish({ kind: 'tooLarge' });
      else chunks.push(chunk);
    };
    const end = () => {
      const [first = Buffer.alloc(0)] = chunks;
      finish({ kind: 'whole', body: chunks.length > 1 ? Buffer.concat(chunks, length) : first });
    };
    const abort = () => finish({ kind: 'aborted' });
    const timer = setTimeout(() => finish({ kind: 'slow' }), bodyTimeoutMs);
    request.on('data', take).once('end', end).once('close', abort);
    // a connection that breaks also closes the request
    request.on('error', () => undefined);
  });
}
