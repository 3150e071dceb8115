import { spawn } from 'node:child_process';
import type { Certificate } from './certificate.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gitEnvironment } from './git-repository.ts';
import { type HttpServer, startHttpServer } from './http-server.ts';

export interface GitServerSettings {
  /** Folder that holds the repositories. */
  readonly folder: string;
  /** `user:password` that is asked for. */
  readonly login?: string;
  /** Whether clients are kept to the first version of the protocol. */
  readonly old?: boolean;
  /** Settings of git, `name=value`. */
  readonly settings?: readonly string[];
  readonly certificate?: Certificate;
}

/** git's own server, `git http-backend`, behind HTTP. */
export function startGitServer(settings: GitServerSettings): Promise<HttpServer> {
  const expected = settings.login === undefined ? undefined : `Basic ${Buffer.from(settings.login).toString('base64')}`;
  return startHttpServer((request, response) => {
    if (expected !== undefined && request.headers.authorization !== expected) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    serve(request, response, settings);
  }, settings.certificate);
}

function serve(request: IncomingMessage, response: ServerResponse, settings: GitServerSettings): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://server');
  const protocol = request.headers['git-protocol'];
  const backend = spawn('git', [...(settings.settings ?? []).flatMap((one) => ['-c', one]), 'http-backend'], {
    env: {
      ...gitEnvironment,
      GIT_PROJECT_ROOT: settings.folder,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(pathname),
      QUERY_STRING: searchParams.toString(),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      // ownership of the folders is not what is tested
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      ...(typeof protocol === 'string' && settings.old !== true ? { GIT_PROTOCOL: protocol } : {}),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(backend.stdin);
  void answer(backend.stdout, response);
}

/** Turns the answer of a CGI program into one of HTTP. */
async function answer(output: AsyncIterable<Buffer>, response: ServerResponse): Promise<void> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of output) {
    if (head === undefined) {
      response.write(chunk);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) continue;
    writeHead(head.toString('latin1', 0, end), response);
    response.write(head.subarray(end + 4));
    head = undefined;
  }
  response.end();
}

function writeHead(text: string, response: ServerResponse): void {
  const headers = text.split('\r\n').map((line) => line.split(/:\s*/, 2));
  const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200';
  for (const [name = '', value = ''] of headers) if (name !== 'Status') response.setHeader(name, value);
  response.writeHead(Number.parseInt(status, 10));
}
