import type { Clock } from '../../kube/clock.ts';
import type { AwsCredentials } from '../../fetch/index.ts';
import type { DeadLetterSettings } from '../configuration.ts';
import type { KeepDeadLetter } from '../dead-letter.ts';
import type { ReceiverTelemetry } from '../receiver-telemetry.ts';
import { readSecretFolder } from '../secret-folder.ts';
import { CareTurn } from './care-turn.ts';
import { careForLetters } from './care.ts';
import { type BrokerLogin, Keeper } from './keeper.ts';
import { LetterStore } from './letter-store.ts';
import { type ObjectStore, openBucket } from './object-store.ts';
import type { SendAgain } from './replay.ts';
import { openVersioned } from './versioned-objects.ts';

export interface DeadLettersProps {
  readonly settings: Extract<DeadLetterSettings, { kind: 'bucket' }>;
  readonly keys: () => AwsCredentials | undefined;
  readonly telemetry: ReceiverTelemetry;
  readonly send: SendAgain;
  readonly clock: Clock;
  readonly today: () => Date;
  readonly newId: () => string;
  /** Told of what is tried again; `part` says who does. */
  readonly onFault: (part: string) => (error: unknown) => void;
}

/** Everything that a receiver does with dead letters. */
export interface DeadLetters {
  readonly keep: KeepDeadLetter;
  readonly letters: LetterStore;
  readonly send: SendAgain;
  /** What they lie in. */
  readonly store: ObjectStore;
  /** Until the signal; never fails. */
  run(this: void, signal: AbortSignal): Promise<void>;
}

export function openDeadLetters(props: DeadLettersProps): DeadLetters {
  const { clock, keys, newId, onFault, send, settings, telemetry, today } = props;
  const store = openBucket(settings.place, keys);
  const letters = new LetterStore({ store, today, newId, onFault: onFault('dead letters') });
  telemetry.storedLetters(letters.catalogue, today);
  const keep: KeepDeadLetter = async (letter) => {
    await letters.keep(letter);
    telemetry.deadLetter(letter.reason);
  };
  const turn = new CareTurn({ objects: openVersioned(settings.place, keys), holder: newId(), today });
  const takeTurn = (): Promise<boolean> => turn.take();
  return {
    keep,
    letters,
    send,
    store,
    run: async (signal) => {
      const { inbox, retentionDays } = settings;
      const told = { onSent: telemetry.replayed, onExpired: telemetry.expired };
      const care = { letters, store, send, clock, today, takeTurn, retentionDays, ...told };
      const running = [careForLetters({ ...care, onFault: onFault('dead letters') }, signal)];
      if (inbox !== undefined) {
        const keeper = new Keeper({
          place: inbox.place,
          login: () => readLogin(inbox.loginFolder),
          keep,
          clock,
          today,
          onFault: onFault('dead-letter queue'),
        });
        running.push(keeper.run(signal));
      }
      await Promise.all(running);
    },
  };
}

async function readLogin(folder: string): Promise<BrokerLogin> {
  const files = await readSecretFolder(folder);
  const [username, password] = [files.get('username'), files.get('password')];
  if (username === undefined || password === undefined) {
    throw new Error('login of the dead-letter queue: needed username and password; see Secret rabbitmq-dead-letters');
  }
  return { username, password };
}
