import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { type HttpServer, startHttpServer } from './http-server.ts';
import type { TestPlan } from './fetch-run.ts';

/** A server that answers for objects as S3 does to anybody, or as it is told to. */
export interface ObjectServer extends HttpServer {
  put(this: void, key: string, answer: string | Buffer | RequestListener): void;
  planOf(this: void, key: string): TestPlan;
}

export async function startObjectServer(): Promise<ObjectServer> {
  const answers = new Map<string, string | Buffer | RequestListener>();
  const server = await startHttpServer((request, response) => {
    const answer = answers.get(request.url ?? '');
    if (answer === undefined) {
      response.writeHead(404).end('<Error><Code>NoSuchKey</Code><Message>The key does not exist.</Message></Error>');
    } else if (typeof answer === 'function') {
      answer(request, response);
    } else {
      const etag = `"${createHash('md5').update(answer).digest('hex')}"`;
      response.writeHead(200, { etag, 'content-length': Buffer.byteLength(answer) }).end(answer);
    }
  });
  return {
    ...server,
    put: (key, answer) => void answers.set(`/code/${key}`, answer),
    planOf: (key) => ({
      source: { type: 's3', endpoint: server.origin, addressing: 'path', region: 'us-east-1', bucket: 'code', key },
    }),
  };
}
