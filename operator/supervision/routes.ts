import type { LambdaAgent } from '../api/index.ts';
import { acceptedAnswer, type Answer as HttpAnswer, refusedAnswer } from '../receiver/answer.ts';
import { unavailable } from '../receiver/api-refusal.ts';
import { type CloudEvent, correlationOf, eventIdentity } from '../receiver/cloud-event.ts';
import type { Decode } from '../receiver/decode.ts';
import { toEventJson } from '../receiver/event-json.ts';
import { withExactData } from '../receiver/exact-data.ts';
import type { EventRequest } from '../receiver/receive.ts';
import { Refusal } from '../receiver/refusal.ts';
import { type ActionReference, actionId, type AgentReference } from './action.ts';
import { agentSecret, answerToken, isMadeBy } from './action-path.ts';
import { approvalPolicy, isApprover } from './approval-policy.ts';
import { parseCallback } from './custom-question.ts';
import type { ReadSecret } from './secret-value.ts';
import { isFromSlack, parseSlackAnswer, type SlackAnswer } from './slack-answer.ts';
import type { Counted, Supervisor } from './supervisor.ts';

export interface SupervisionRoutesProps {
  readonly supervisor: Pick<Supervisor, 'hold' | 'answer'>;
  readonly findAgent: (agent: AgentReference) => Promise<LambdaAgent | undefined>;
  readonly readSecret: ReadSecret;
  /** Keys that are still taken; read at each request: they are files that may change. */
  readonly keys: () => readonly string[];
  readonly decode: Decode;
  /** Replaces a message in Slack; never fails. */
  readonly respond: (url: string, text: string) => Promise<void>;
  readonly today: () => Date;
  /** Told of a failure that is a bug, or of something that is tried again. */
  readonly onFault: (error: unknown) => void;
}

/** A request to hold what an agent sends: whose, and the secret of its path. */
export interface HoldRequest extends EventRequest {
  readonly agent: AgentReference;
  readonly secret: string;
}

export interface SupervisionRoutes {
  readonly hold: (request: HoldRequest) => Promise<HttpAnswer>;
  readonly slack: (request: EventRequest) => Promise<HttpAnswer>;
  readonly answer: (request: EventRequest) => Promise<HttpAnswer>;
}

/** What agents send, and what people and services answer. */
export function supervisionRoutes(props: SupervisionRoutesProps): SupervisionRoutes {
  const { supervisor } = props;
  return {
    hold: answering(async (request: HoldRequest) => {
      const { agent, secret } = request;
      if (!isMadeBy(props.keys(), (key) => agentSecret(key, agent), secret)) {
        // not 401: after a rotation an agent may know more than this replica
        throw unavailable('the path is of no agent that is known', undefined);
      }
      const decoded = props.decode(request);
      const events = decoded.kind === 'one' ? [withExactData(decoded.event, request)] : decoded.events;
      const held: HttpAnswer[] = [];
      for (const event of events) held.push(await holdOne(agent, event));
      return held.length === 1 && held[0] !== undefined ? held[0] : allAccepted(held, request);
    }),
    slack: answering(async (request) => {
      const given = parseSlackAnswer(request.body);
      if (given === undefined) throw new Refusal('unauthenticated', 'the request is no answer of Slack');
      await checkSlack(request, given);
      const { reference, user, verdict } = given;
      const counted = await supervisor.answer(reference, { provider: 'slack', verdict, by: user });
      if (given.responseUrl !== undefined) void props.respond(given.responseUrl, sentenceOf(counted, user));
      return { status: 200, headers: {}, body: {} };
    }),
    answer: answering(async (request) => {
      const given = parseCallback(request.body);
      if (given === undefined) throw new Refusal('schema_validation_failed', 'needed agent, id, answer and by');
      const { by, reference, verdict } = given;
      if (!isMadeBy(props.keys(), (key) => answerToken(key, reference), tokenOf(request))) {
        throw new Refusal('unauthenticated', 'the token is of another action, or of none');
      }
      const counted = await supervisor.answer(reference, { provider: 'custom', verdict, by });
      return { status: 200, headers: {}, body: counted };
    }),
  };

  async function holdOne(agent: AgentReference, event: CloudEvent): Promise<HttpAnswer> {
    const reference = { agent, id: actionId(eventIdentity(event)) };
    const outcome = await supervisor.hold(reference, toEventJson(event));
    return acceptedAnswer({ id: event.id, correlationId: correlationOf(event) }, outcome);
  }

  /** By the secret of the app that the agent of the action names: no other app answers for it. */
  async function checkSlack(request: EventRequest, { reference, user }: SlackAnswer): Promise<void> {
    const policy = await policyOf(reference);
    const { namespace } = reference.agent;
    const key = policy?.secrets['slack.signingSecretRef'];
    const secret =
      key &&
      (await props.readSecret({ namespace, ...key }).catch((error: unknown) => {
        throw unavailable('the signing secret cannot be read', undefined, error);
      }));
    if (secret === undefined || secret === '' || !isFromSlack(request, secret, props.today().getTime())) {
      throw new Refusal('unauthenticated', 'the signature is wrong, of another app, or older than five minutes');
    }
    if (!isApprover(user, policy?.slack ?? {})) throw new Refusal('forbidden', `${user} is no approver`);
  }

  async function policyOf({ agent }: ActionReference) {
    const found = await props.findAgent(agent);
    return found && approvalPolicy(found.spec);
  }

  function answering<Request extends EventRequest>(
    work: (request: Request) => Promise<HttpAnswer>,
  ): (request: Request) => Promise<HttpAnswer> {
    return async (request) => {
      try {
        return await work(request);
      } catch (error) {
        if (!(error instanceof Refusal)) props.onFault(error);
        return refusedAnswer(error, request.correlationId);
      }
    };
  }
}

const allAccepted = (answers: readonly HttpAnswer[], { correlationId }: EventRequest): HttpAnswer => ({
  status: 202,
  headers: {},
  body: { status: 'accepted', correlationId, results: answers.map(({ body }) => body) },
});

function tokenOf({ headers }: EventRequest): string {
  const header = headers['authorization'];
  return (typeof header === 'string' && /^bearer +(?<token>\S+)$/i.exec(header)?.groups?.['token']) || '';
}

function sentenceOf(counted: Counted, user: string): string {
  switch (counted.kind) {
    case 'decided':
      return `${counted.verdict === 'approved' ? 'Approved' : 'Rejected'} by <@${user}>.`;
    case 'noted':
      return `<@${user}> has answered; others have to answer too.`;
    case 'late':
      return 'This action no longer waits for an answer.';
  }
}
