import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Answer, parseAnswer } from '../../operator/fetch/answer.ts';
import { imageReference } from '../../operator/runtimes/base-image.ts';
import { runtimes } from '../../operator/runtimes/index.ts';
import { buildah } from '../../operator/specs/buildah.ts';
import {
  type BuildRequest,
  type BuildStep,
  imageFolder,
  terminationMessagePath,
  workspaceFolder,
} from '../../operator/specs/builder.ts';
import type { ContainerTools } from './container-tools.ts';
import type { LanguageBase } from './language-base.ts';
import { printed } from './machine-files.ts';

export interface BuiltFunction {
  readonly language: keyof typeof runtimes;
  readonly files: Readonly<Record<string, string>>;
}

/** Where pods are, what they run, and where their images go. */
export interface BuildPlace {
  readonly folder: string;
  readonly tools: ContainerTools;
  /** The program that fetches. */
  readonly program: string;
  readonly registryHost: string;
}

/** The volumes of a build pod, and the containers that run on them one after the other. */
export class BuildPod {
  readonly #folder: string;
  readonly #place: BuildPlace;
  readonly #built: BuiltFunction;
  readonly #base: LanguageBase;

  constructor(place: BuildPlace, built: BuiltFunction, base: LanguageBase) {
    this.#place = place;
    this.#built = built;
    this.#base = base;
    this.#folder = mkdtempSync(join(place.folder, 'pod-'));
    for (const volume of [workspaceFolder, imageFolder, '/source']) mkdirSync(join(this.#folder, volume));
  }

  get repository(): string {
    return `functions/${this.#built.language}`;
  }

  #request(tag: string): BuildRequest {
    const { registryHost } = this.#place;
    const destination = `${registryHost}/${this.repository}:${tag}`;
    return { destination, insecureHosts: [registryHost], cacheRepository: undefined, hasCredentials: false };
  }

  /** Where a path of the pod is on this machine. */
  #here(word: string): string {
    return word.replace(new RegExp(`(${[workspaceFolder, imageFolder, terminationMessagePath].join('|')})`), (path) =>
      join(this.#folder, path.replace('/dev/', '')),
    );
  }

  fetch(): Answer | undefined {
    const folder = join(this.#folder, 'source');
    for (const [name, text] of Object.entries(this.#built.files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const plan = {
      source: { type: 'inline', folder },
      credentials: { kind: 'none' },
      runtime: { language: this.#built.language, version: this.#base.version },
      target: this.#here(`${workspaceFolder}/context`),
    };
    const variables = { FETCH_PLAN: JSON.stringify(plan), TERMINATION_LOG: join(this.#folder, 'fetched') };
    return parseAnswer(printed(process.execPath, [this.#place.program, '--mode=fetch'], variables));
  }

  /** In the storage of the pod, as the builder would pull them. */
  loadBases(): void {
    const storage = buildah
      .build(this.#request('none'))
      .args.filter((word) => /^--(storage-driver|root|runroot)=/.test(word));
    const images = runtimes[this.#built.language].baseImages(this.#base.version);
    for (const context of new Set([this.#base.build, this.#base.run])) {
      const stages = (['build', 'run'] as const).filter((stage) => this.#base[stage] === context);
      const tags = stages.map((stage) => `--tag=${imageReference(images[stage])}`);
      this.#buildah([...storage, 'build', '--quiet', ...tags, context]);
    }
  }

  #buildah(words: readonly string[]): void {
    const { buildah: program, environment } = this.#place.tools;
    printed(
      program,
      words.map((word) => this.#here(word)),
      environment,
    );
  }

  #step({ args, command }: BuildStep): void {
    if (command.join(' ') !== 'buildah') throw new Error(`no buildah: ${command.join(' ')}`);
    this.#buildah(args);
  }

  /** Digest that the pod tells. */
  build(tag: string): string {
    const request = this.#request(tag);
    this.#step(buildah.build(request));
    this.#step(buildah.push(request));
    return readFileSync(this.#here(terminationMessagePath), 'utf8');
  }
}
