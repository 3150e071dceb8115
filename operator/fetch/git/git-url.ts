import { FetchError } from '../failure.ts';

/** Address of a repository that can be asked over HTTP; any other is refused with what to write instead. */
export function parseGitUrl(text: string): URL {
  if (/^(ssh:[/]{2}|[\w.-]+@[\w.-]+:)/.test(text)) {
    throw unsupported(text, 'ssh is not supported; write https:// and name a Secret with a token');
  }
  if (!URL.canParse(text)) throw unsupported(text, 'it is no URL; write https://host/path');
  const url = new URL(text);
  if (url.protocol === 'git:') throw unsupported(text, 'git:// proves neither server nor content; write https://');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw unsupported(text, 'allowed is https://');
  if (url.username !== '' || url.password !== '') {
    throw new FetchError(
      'Unsupported',
      `git: got credentials in the URL of ${url.host}, allowed none; put them into a Secret`,
    );
  }
  url.hash = '';
  url.search = '';
  return url;
}

const unsupported = (url: string, why: string): FetchError => new FetchError('Unsupported', `git: got ${url}: ${why}`);
