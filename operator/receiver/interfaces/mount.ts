import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { textsOf } from '../path-parts.ts';
import type { EventRequest } from '../receive.ts';
import { Refusal } from '../refusal.ts';
import type { AnswerInterface, InterfaceRoutes } from './routes.ts';

/** What is known of a request before anybody looks at who sends it. */
type ToRequest = (request: FastifyRequest) => EventRequest;

/** Gives the protocols that are served their addresses. */
export function mountInterfaces(server: FastifyInstance, { a2a, mcp }: InterfaceRoutes, toRequest: ToRequest): void {
  const agent = '/agents/:namespace/:name';
  const routes = [
    { method: 'GET', path: `${agent}/.well-known/agent-card.json`, answer: a2a?.card },
    { method: 'POST', path: agent, answer: a2a?.message },
    { method: 'POST', path: '/mcp', answer: mcp },
    { method: 'POST', path: '/mcp/:namespace', answer: mcp },
  ] as const;
  for (const { answer, method, path } of routes) {
    if (answer === undefined) continue;
    server.route({ method, url: path, handler: answering(answer, toRequest) });
    if (method === 'POST') refuseOtherMethods(server, path);
  }
}

/** Older clients of MCP ask for a stream first, and go on once they hear that there is none. */
function refuseOtherMethods(server: FastifyInstance, path: string): void {
  server.route({
    method: ['GET', 'DELETE', 'PUT', 'PATCH'],
    url: path,
    handler: async (request) => {
      throw new Refusal('method_not_allowed', `${request.method}: allowed POST`);
    },
  });
}

function answering(answer: AnswerInterface, toRequest: ToRequest) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const named = textsOf(request.params);
    const { body, headers, status } = await answer({
      ...toRequest(request),
      namespace: named.get('namespace'),
      name: named.get('name'),
      gone: gone.signal,
    });
    return reply.code(status).headers(headers).send(body);
  };
}
