/**
 * @param {readonly string[]} rawHeaders names and values in turn, as Node has them
 * @param {string} wanted in lower case
 * @returns {readonly string[]} every value, in order
 */
export function allHeaders(rawHeaders, wanted) {
  /** @type {string[]} */
  const values = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === wanted.length && name.toLowerCase() === wanted) values.push(rawHeaders[index + 1] ?? '');
  }
  return values;
}

/**
 * @param {readonly string[]} rawHeaders
 * @param {string} wanted in lower case
 * @returns {string | undefined} the first value; undefined where there is none or it is empty
 */
export const firstHeader = (rawHeaders, wanted) => allHeaders(rawHeaders, wanted)[0] || undefined;
