import { FetchError } from '../failure.ts';
import type { HttpClient, HttpResponse } from '../http/client.ts';
import { toStatusFault } from '../http/status-fault.ts';
import type { Exchange, GitServer } from './git-server.ts';
import { lineOf, readPackets } from './packet.ts';
import { speakVersion0 } from './protocol-v0.ts';
import { speakVersion2 } from './protocol-v2.ts';

const advertisement = 'application/x-git-upload-pack-advertisement';
const result = 'application/x-git-upload-pack-result';

export interface GitHttpAccess {
  readonly client: HttpClient;
  /** Value of the Authorization header. */
  readonly authorization: string | undefined;
}

/** Asks a repository over HTTP (gitprotocol-http) what it speaks. */
export async function openGitServer(repository: URL, { client, authorization }: GitHttpAccess): Promise<GitServer> {
  const confidential = authorization !== undefined;
  const headers = {
    'git-protocol': 'version=2',
    // some servers answer only what looks like git
    'user-agent': 'git/2.40 knative-lambda',
    ...(confidential ? { authorization } : {}),
  };
  const base = repository.href.replace(/[/]+$/, '');
  const url = new URL(`${base}/info/refs?service=git-upload-pack`);
  const what = `git ${repository.host}${repository.pathname}`;
  const response = await client.send({ method: 'GET', url, headers, confidential });
  refuseAnswer(what, response, advertisement, confidential);
  // a repository that has moved answers the rest at its new place
  const service = new URL(response.url.href.replace(/[/]info[/]refs[?].*$/, '/git-upload-pack'));
  const exchange: Exchange = async (body) => {
    const type = { 'content-type': 'application/x-git-upload-pack-request', accept: result };
    const answer = await client.send({
      method: 'POST',
      url: service,
      headers: { ...headers, ...type },
      body,
      confidential,
    });
    refuseAnswer(what, answer, result, confidential);
    return answer.body;
  };
  const lines = await readAdvertisement(response);
  return lines[0] === 'version 2' ? speakVersion2(lines.slice(1), exchange) : speakVersion0(lines, exchange);
}

/** Lines of the first answer, without the name of the service that version 0 puts before them. */
async function readAdvertisement(response: HttpResponse): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const packet of readPackets(response.body)) {
    if (packet.type === 'data') lines.push(lineOf(packet.data));
  }
  return lines.filter((line) => !line.startsWith('# service='));
}

function refuseAnswer(what: string, response: HttpResponse, type: string, confidential: boolean): void {
  const { status } = response;
  if (status === 200 && response.header('content-type')?.startsWith(type) === true) return;
  response.discard();
  if (status === 200) {
    throw new FetchError('NotFound', `${what}: got a page that is no git repository; correct the URL`);
  }
  if (status === 401 && !confidential) {
    const advice = 'correct the URL, or name a Secret with token, or username and password';
    throw new FetchError('CredentialsMissing', `${what}: got 401, it is private or does not exist; ${advice}`);
  }
  throw toStatusFault(what, status);
}
